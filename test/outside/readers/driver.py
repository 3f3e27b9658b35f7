"""Reads exports with DuckDB, pandas and Polars, and CSV as a spreadsheet would.

Each line of standard input is a command as JSON, and each answer is a line of JSON: what a reader
made of a file. What is right is for the test to say.
"""

import csv
import json
import sys

import duckdb
import pandas
import polars
import pyarrow.parquet

ROWS = "SELECT {} FROM read_parquet(?) ORDER BY seq"


def read_duckdb(file):
    """Types, members of `details`, and what is null."""
    ask = lambda columns: duckdb.execute(ROWS.format(columns), [file]).fetchall()
    described = duckdb.execute("DESCRIBE SELECT * FROM read_parquet(?)", [file]).fetchall()
    return {
        "types": {name: kind for name, kind, *_ in described},
        "member": [row[0] for row in ask("details->>'$.k'")],
        "kind": [row[0] for row in ask("json_type(details)")],
        "null": [list(row) for row in ask("details IS NULL, client_ip IS NULL, message IS NULL")],
        "empty": duckdb.execute(
            "SELECT count(*) FROM read_parquet(?) WHERE message = '' OR client_ip = ''", [file]
        ).fetchone()[0],
        "micros": [row[0] for row in ask("epoch_us(time)")],
    }


def read_pandas(file):
    schema = pyarrow.parquet.read_schema(file)
    frame = pandas.read_parquet(file).sort_values("seq")
    present = frame.details.dropna().map(json.loads)
    return {
        "types": {field.name: str(field.type) for field in schema},
        "required": [field.name for field in schema if not field.nullable],
        "member": [value.get("k") for value in present],
        "null": frame[["details", "client_ip", "message"]].isna().values.tolist(),
        "micros": [int(time.value // 1000) for time in frame.time],
    }


def read_polars(file):
    frame = polars.read_parquet(file).sort("seq")
    details = frame["details"].cast(polars.String)
    return {
        "types": {name: str(kind) for name, kind in frame.schema.items()},
        "member": details.str.json_path_match("$.k").to_list(),
        "decoded": details.str.json_decode(polars.Struct({"k": polars.String})).struct["k"].to_list(),
        "null": frame.select(polars.col("details", "client_ip", "message").is_null()).rows(),
        "micros": frame["time"].dt.epoch("us").to_list(),
    }


def read_csv(file):
    """The encoding that a spreadsheet takes, by the mark, and the cells by RFC 4180."""
    with open(file, "rb") as opened:
        is_marked = opened.read(3) == b"\xef\xbb\xbf"
    encoding = "utf-8-sig" if is_marked else "cp1252"
    with open(file, encoding=encoding, errors="replace", newline="") as opened:
        rows = list(csv.DictReader(opened, strict=True))
    return {"marked": is_marked, "rows": rows}


READERS = {"duckdb": read_duckdb, "pandas": read_pandas, "polars": read_polars, "csv": read_csv}

for line in sys.stdin:
    command = json.loads(line)
    answer = READERS[command["reader"]](command["file"])
    print(json.dumps(answer), flush=True)
