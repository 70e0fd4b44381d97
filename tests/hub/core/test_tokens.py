"""Tokens are looked up once, and never kept beyond their revocation."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub import stations
from hub.errors import NotAuthenticated
from hub.house import SYSTEM, House
from hub.web.tokens import Tokens
from hub.writer import Writer


def test_a_token_that_is_revoked_while_it_is_looked_up_opens_nothing(house: House, run) -> None:
    async def body(_: Writer) -> None:
        one_thread = ThreadPoolExecutor(1)
        asyncio.get_running_loop().set_default_executor(one_thread)
        tokens, elsewhere = Tokens(house.database, house.office_no), house.writer()
        elsewhere.listen(tokens.heard)
        token = elsewhere.run_alone(
            lambda tx: stations.add(tx, house.procedure.office, kind="program", name="lobby"),
            actor=SYSTEM,
        )

        asking = asyncio.create_task(tokens.station(token))
        await asyncio.sleep(0)
        one_thread.submit(int).result()  # looked up, and the answer not taken yet
        elsewhere.run_alone(
            lambda tx: stations.revoke_named(tx, kind="program", name="lobby"), actor=SYSTEM
        )

        with pytest.raises(NotAuthenticated):
            await asking
        assert tokens.known(token) is None

    run(body)
