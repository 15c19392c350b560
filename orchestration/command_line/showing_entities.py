"""What `darkroom entities` prints."""

import json
import sys
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from darkroom.ports import SchemaEntities
from darkroom.reports.entity_report import entities_csv, entity_records, in_order, in_words
from darkroom.reports.markdown import visible
from orchestration.command_line.formats import EntityFormat
from orchestration.command_line.session import adapters_of


def show_entities(format_: EntityFormat, folder: Path | None) -> int:
    """Each entity, and the photos that it is on."""
    found = adapters_of(folder).records.entities()
    if format_ is EntityFormat.JSON:
        sys.stdout.write(json.dumps(list(entity_records(found)), indent=2) + "\n")
    elif format_ is EntityFormat.CSV:
        sys.stdout.write(entities_csv(found).decode())
    else:
        console = Console()
        for schema in found:
            console.print(_table(schema))
        if not found:
            console.print("No entities: `vision.model` and a schema that has some make them.")
    return 0


def _table(schema: SchemaEntities) -> Table:
    table = Table(title=escape(visible(schema.schema)), title_justify="left", box=SIMPLE)
    table.add_column("entity", no_wrap=True, style="dim")
    table.add_column("what photos say", overflow="fold")
    table.add_column("photos", justify="right")
    for entity in in_order(schema):
        table.add_row(entity.id, escape(in_words(entity)), str(len(entity.photos)))
    return table
