"""The secrets of an installation."""

from pathlib import Path

from deploy import keys


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("ascii") for path in folder.iterdir()}


def test_each_secret_is_made_once_and_never_replaced(tmp_path: Path) -> None:
    folder = keys.ensure(tmp_path / "keys")
    made = contents(folder)
    assert set(made) == set(keys.NAMES)
    assert len(set(made.values())) == len(keys.NAMES)
    assert {len(bytes.fromhex(secret)) for secret in made.values()} == {keys.LENGTH}
    assert contents(keys.ensure(folder)) == made


def test_a_missing_secret_is_made_beside_the_others_after_an_interrupted_start(tmp_path: Path) -> None:
    folder = keys.ensure(tmp_path / "keys")
    made = contents(folder)
    (folder / "vault.key").rename(folder / "vault.part")
    again = contents(keys.ensure(folder))
    assert again.pop("vault.key") != made.pop("vault.key")
    assert again == made


def test_only_the_owner_reads_the_secrets(tmp_path: Path) -> None:
    folder = keys.ensure(tmp_path / "keys")
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())} == {0}
