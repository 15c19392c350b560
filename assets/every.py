"""All assets, for whoever assembles them."""

import dagster as dg

from assets.analyses import analyses
from assets.batch_report import batch_report
from assets.codes import codes
from assets.deliveries import deliveries
from assets.detections import detections
from assets.duplicates import duplicates
from assets.entities import entities
from assets.ingest import ingest
from assets.manifests import manifests
from assets.records import records
from assets.texts import texts

EVERY_ASSET: list[dg.AssetsDefinition | dg.AssetSpec] = [
    manifests,
    ingest,
    texts,
    codes,
    detections,
    analyses,
    entities,
    duplicates,
    deliveries,
    records,
    batch_report,
]
