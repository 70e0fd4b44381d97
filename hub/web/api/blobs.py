"""Files from and for stations: durable before they are acknowledged."""

from __future__ import annotations

import asyncio

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from hub import blobs as files
from hub import jobs
from hub.blobs import Blobs
from hub.database import Database
from hub.errors import BadInput, NotAllowed
from hub.web.api.description import described
from hub.web.commanding import Commanding, answer
from hub.web.connection import AnyRequest
from hub.web.station_kinds import COUNTERS
from hub.wire import BlobStored, FieldFault
from hub.writer import Actor, Tx

LARGEST = 40 * 1024 * 1024
TAKEN = ("image/png", "image/jpeg", "application/pdf", "application/octet-stream")


@post(
    "/blobs",
    status_code=201,
    request_max_body_size=LARGEST,
    opt=described(
        BlobStored, takes_files=TAKEN, refuses={422: ("blob_refused", "file_size")}, kinds=COUNTERS
    ),
)
async def store(
    request: AnyRequest,
    commanding: NamedDependency[Commanding],
    blobs: NamedDependency[Blobs],
) -> Response[bytes]:
    """Store a file; its answer leaves when it is on the disk."""
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if media_type not in TAKEN or not commanding.request:
        raise BadInput(
            "blob_refused",
            f"Send a file of one of these types: {', '.join(TAKEN)}.",
            id=f"Kirim berkas dengan jenis: {', '.join(TAKEN)}.",
            fields=[FieldFault(field="Content-Type", code="unknown")],
        )
    stored = await asyncio.to_thread(blobs.put, commanding.request)

    def command(tx: Tx) -> BlobStored:
        files.register(tx, stored, media_type, station=commanding.station.id)
        return BlobStored(id=stored.id, sha256=stored.sha256, size=stored.size)

    return answer(await commanding.run(command, BlobStored), status=201)


@get(
    "/blobs/{blob:str}",
    opt=described(
        None,
        gives_file=True,
        refuses={403: ("blob_not_yours",), 404: ("blob_unknown",)},
        kinds=COUNTERS,
    ),
)
async def fetch(
    blob: FromPath[str],
    station: NamedDependency[Actor],
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
    blobs: NamedDependency[Blobs],
) -> Response[bytes]:
    """Return a file that an unfinished print job of the calling agent needs."""

    def read() -> bytes:
        with database.reading_core() as connection:
            if station.counter is None or not jobs.may_read_blob(
                connection, office_no, station.counter, blob
            ):
                raise NotAllowed(
                    "blob_not_yours",
                    "No unfinished job of this station needs that file.",
                    id="Tidak ada pekerjaan stasiun ini yang memerlukan berkas itu.",
                )
        return blobs.get(blob)

    return Response(await asyncio.to_thread(read), media_type="application/octet-stream")


routes = [store, fetch]
