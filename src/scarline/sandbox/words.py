"""What is said in a trace, and by whom: every text with braces in it is filled in from here."""

from collections.abc import Mapping
from functools import lru_cache

from scarline.sandbox.agents import FILES, PRODUCTS
from scarline.sandbox.draw import Draw
from scarline.sandbox.people import Person, person
from scarline.sandbox.traces import Trace

Words = Mapping[str, str]
"""What fills the braces, by name."""


@lru_cache(maxsize=4096)
def person_of(trace: Trace) -> Person:
    """Invent the person whose trace it is."""
    return person(Draw("person", trace.seed, trace.number))


@lru_cache(maxsize=4096)
def words(trace: Trace) -> Words:
    """Choose what is said in a trace: its person's data, an order, a product, a file."""
    own, draw = person_of(trace), Draw("words", trace.seed, trace.number)
    said = {name: getattr(own, name) for name in Person.__slots__}
    said |= {"order": draw.digits(7), "product": draw.pick(PRODUCTS), "file": draw.pick(FILES)}
    said |= {"question": draw.pick(trace.agent.questions).format_map(said)}
    return said | {"answer": draw.pick(trace.agent.answers).format_map(said)}
