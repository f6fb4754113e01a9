import { useState } from "preact/hooks";
import { keepToken } from "../state/session";

/** Shown when the server asks for a token. */
export function SignIn() {
  const [typed, setTyped] = useState("");
  return (
    <form
      class="sign-in stack"
      onSubmit={(event) => {
        event.preventDefault();
        keepToken(typed);
      }}
    >
      <h1>Sign in</h1>
      <p class="muted">
        This server wants a token: the reader's to look, the operator's to change things too. It is
        kept for this tab alone.
      </p>
      <label class="stack stack-tight">
        <span>Token</span>
        <input
          class="input"
          type="password"
          autocomplete="current-password"
          required
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button button-main">
        Sign in
      </button>
    </form>
  );
}
