"""Logistic regression over hashed features, by Adagrad, in numpy."""

import numpy as np
import numpy.typing as npt
from corpus import Text

from scarline.privacy.names import features, lists, tokens

Rows = npt.NDArray[np.int32]
BATCH, RATE, DECAY = 256, 0.15, 2e-6
PLAIN = 5  # of so many words from abroad without any around that tell, one is kept


def rows_of(texts: list[Text], *, abroad: bool = False) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """Return the features of every candidate, and whether it is part of a person's name.

    Of texts from abroad, few words are kept that are nobody's name and have no word of another
    language around: they would teach that unknown words of English texts are nobody, too.
    """
    found, labels = [], []
    for start in range(0, len(texts), 400):
        chunk = texts[start : start + 400]
        joined = lists.BORDER.join(text for text, _ in chunk)
        named = np.zeros(len(joined) + 1, np.bool_)
        offset = 0
        for text, spans in chunk:
            for low, high in spans:
                named[offset + low : offset + high] = True
            offset += len(text) + len(lists.BORDER)
        read = tokens.tokens_of(joined)
        at = features.candidates(read)
        label, tongue = named[read.starts[at]], features.tongues(read, at)
        if abroad:
            kept = label | (tongue > 0)
            kept[::PLAIN] = True
            at, label, tongue = at[kept], label[kept], tongue[kept]
        found.append(features.features(read, at, tongue).T)
        labels.append(label)
    return np.concatenate(found), np.concatenate(labels)


def weights_of(
    rows: Rows, labels: npt.NDArray[np.bool_], epochs: int, seed: int
) -> npt.NDArray[np.float32]:
    """Learn one weight for each feature: the mean of those after each of the later epochs."""
    random = np.random.default_rng(seed)
    size = 1 << features.BITS
    weights, squares = np.zeros(size, np.float32), np.full(size, 1e-3, np.float32)
    total = np.zeros(size, np.float64)
    steps = 0
    for epoch in range(epochs):
        order = random.permutation(len(rows))
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            index = rows[part]
            scores = weights[index].sum(axis=1)
            error = 1 / (1 + np.exp(-scores)) - labels[part]
            used, which = np.unique(index.ravel(), return_inverse=True)
            gradient = np.bincount(which, np.repeat(error, index.shape[1]).astype(np.float32))
            slope = gradient.astype(np.float32) / BATCH + DECAY * weights[used]
            squares[used] += slope**2
            weights[used] -= RATE * slope / np.sqrt(squares[used])
        if epoch >= epochs // 2:
            total += weights
            steps += 1
    return (total / steps).astype(np.float32)
