"""Checks a ledger with aics-tlog, which knows nothing of Waybill.

Each command prints one JSON object: {"ok": true, ...}, or {"ok": false, "error": "..."}.
"""

import base64
import json
import sys
import urllib.request
from pathlib import Path

import aics_tlog as tlog
from aics_tlog.bundle import canonical_json


def trusted(text, vkey):
    """The checkpoint in a note that the key signed."""
    result = tlog.verify_checkpoint(tlog.parse_note(text), tlog.parse_vkey(vkey))
    if not result.ok:
        raise ValueError(f"checkpoint: {result.error}")
    return tlog.parse_checkpoint(tlog.parse_note(text).text)


def audit(place, vkey, entries):
    if place.startswith("http"):
        reader = tlog.HttpTileReader(place, proxies={})
        with urllib.request.urlopen(f"{place}/checkpoint") as answer:
            text = answer.read().decode()
    else:
        reader = tlog.FileSystemTileReader(place)
        text = Path(place, "checkpoint").read_text()
    checkpoint = trusted(text, vkey)
    tlog.audit_tiles(reader, checkpoint.size, checkpoint.root, entries=entries == "entries")
    return {"size": checkpoint.size}


def proof(file, entry, vkey):
    head, _, note = Path(file).read_text().partition("\n\n")
    magic, index, *hashes = head.split("\n")
    if magic != "c2sp.org/tlog-proof@v1":
        raise ValueError(magic)
    checkpoint = trusted(note, vkey)
    leaf = tlog.leaf_hash(Path(entry).read_bytes())
    path = [base64.b64decode(one) for one in hashes]
    number = int(index.removeprefix("index "))
    if not tlog.verify_inclusion(leaf, number, checkpoint.size, path, checkpoint.root):
        raise ValueError("the entry is not in the tree")
    return {"index": number}


def consistency(older, newer, hashes, vkey):
    old = trusted(Path(older).read_text(), vkey)
    new = trusted(Path(newer).read_text(), vkey)
    path = [base64.b64decode(one) for one in json.loads(Path(hashes).read_text())["hashes"]]
    if not tlog.verify_consistency(old.size, new.size, old.root, new.root, path):
        raise ValueError("the newer tree does not continue the older one")
    return {"from": old.size, "to": new.size}


def cosigned(checkpoint, vkey, *witnesses):
    note = tlog.parse_note(Path(checkpoint).read_text())
    keys = [tlog.parse_vkey(witness) for witness in witnesses]
    result = tlog.verify_checkpoint(
        note, tlog.parse_vkey(vkey), keys, len(keys), max_age_seconds=600
    )
    if not result.ok:
        raise ValueError(f"checkpoint: {result.error}")
    return {"size": tlog.parse_checkpoint(note.text).size}


def export(place, vkey):
    """Each event of an export with proofs is in the tree, once."""
    checkpoint = trusted(Path(place, "checkpoint").read_text(), vkey)
    size, root = checkpoint.size, checkpoint.root
    tiles = tlog.VerifiedTileReader(tlog.FileSystemTileReader(place), size, root)
    seen = set()
    for line in Path(place, "events.ndjson").read_bytes().splitlines():
        event = json.loads(line)
        index = event.pop("seq")
        path = tlog.inclusion_proof_from_tiles(tiles, index, size)
        leaf = tlog.leaf_hash(canonical_json(event))
        if index in seen or not tlog.verify_inclusion(leaf, index, size, path, root):
            raise ValueError(f"event {index} is not in the tree, or twice in the export")
        seen.add(index)
    return {"events": len(seen)}


def copies(kind, places, vkey):
    """Checks each of the folders in a file, a JSON list: mirrors with entries, or exports."""

    def check(place):
        return export(place, vkey) if kind == "export" else audit(place, vkey, "entries")

    return {"copies": [answer(check, place) for place in json.loads(Path(places).read_text())]}


COMMANDS = {
    "audit": audit,
    "proof": proof,
    "consistency": consistency,
    "cosigned": cosigned,
    "copies": copies,
}


def answer(command, *arguments):
    try:
        return {"ok": True, **command(*arguments)}
    except Exception as error:  # Whatever is wrong with a ledger is an answer.
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}


command, *arguments = sys.argv[1:]
print(json.dumps(answer(COMMANDS[command], *arguments)))
