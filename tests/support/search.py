"""Looks for words in everything that a stack keeps: every document of every database of its own, and its log files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bson import json_util
from pymongo import MongoClient


def found_in_databases(client: MongoClient[dict[str, Any]], prefix: str, words: Sequence[str]) -> list[str]:
    """``database.collection/_id: word`` for each document that holds one of the words, in whatever field."""
    return [
        f"{database}.{collection}/{document['_id']}: {word}"
        for database in client.list_database_names()
        if database.startswith(prefix)
        for collection in client[database].list_collection_names()
        for document in client[database][collection].find()
        for word in _held(json_util.dumps(document, ensure_ascii=False), words)
    ]


def found_in_files(folder: Path, words: Sequence[str]) -> list[str]:
    """``file: word`` for each log file that holds one of the words."""
    return [
        f"{path.name}: {word}"
        for path in sorted(folder.rglob("*.log"))
        for word in _held(path.read_text("utf-8", "replace"), words)
    ]


def _held(text: str, words: Sequence[str]) -> Iterator[str]:
    return (word for word in words if word in text)
