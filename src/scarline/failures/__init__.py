"""LLM failures: what is one, how bad it is, which are alike, and what people decided."""
