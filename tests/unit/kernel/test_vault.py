"""What is sealed is read by nobody without the key, and by nobody at all once it is destroyed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.privacy.vault import Erased, MemoryKeys, Vault


def vault(keys: MemoryKeys | None = None, wrapping: bytes = bytes(32)) -> Vault:
    return Vault(keys or MemoryKeys(), wrapping)


@given(st.text(max_size=200))
def test_sealed_text_opens_unchanged_and_is_not_readable(text: str) -> None:
    made = vault()
    sealed = made.seal("p", text)
    assert made.open("p", sealed) == text
    assert len(text) < 4 or text not in sealed


def test_the_same_text_is_never_sealed_the_same_way_twice() -> None:
    made = vault()
    assert made.seal("p", "Siti") != made.seal("p", "Siti")


def test_another_persons_id_opens_nothing() -> None:
    made = vault()
    made.seal("q", "x")
    assert made.open("q", made.seal("p", "Siti")) is None


def test_once_destroyed_nothing_opens_and_nothing_more_is_sealed_in_any_process() -> None:
    keys = MemoryKeys()
    one, other = vault(keys), vault(keys)
    sealed = one.seal("p", "Siti")
    assert other.open("p", sealed) == "Siti"  # its key is in the other's memory now
    one.destroy("p")
    assert one.open("p", sealed) is None
    assert other.open("p", sealed) is None
    for made in (one, other):
        with pytest.raises(Erased):
            made.seal("p", "again")


def test_keys_cannot_be_used_without_the_wrapping_key() -> None:
    keys = MemoryKeys()
    sealed = vault(keys).seal("p", "Siti")
    stolen = Vault(keys, bytes([1]) * 32)
    assert stolen.open("p", sealed) is None


@pytest.mark.parametrize("sealed", [None, "", "garbage", "AAAA"])
def test_unsealed_text_reads_as_erased(sealed: str | None) -> None:
    made = vault()
    made.seal("p", "x")
    assert made.open("p", sealed) is None


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.text(min_size=1, max_size=40)), min_size=1, max_size=20),
    st.sets(st.sampled_from("abc")),
)
def test_destroying_a_key_erases_that_persons_data_only(said: list[tuple[str, str]], forgotten: set[str]) -> None:
    made = vault()
    sealed = [(owner, text, made.seal(owner, text)) for owner, text in said]
    made.destroy(*forgotten)
    opened = [made.open(owner, each) for owner, _, each in sealed]
    assert opened == [None if owner in forgotten else text for owner, text, _ in sealed]
    assert len(opened) == len(said)
