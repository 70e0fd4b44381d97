"""The outbox keeps what it was given, sealed, and gives it back after a restart."""

import pytest

from counter_agent.errors import StateInUse, StateLost
from counter_agent.outbox import Ending, Lease, Outbox, Part

LEASE = Lease("b" * 32, 4)
ENDING = Ending(
    "done", (Part("image/png", b"\x89PNG finger"), Part("text/plain", b"two")), facts={"dpi": "508"}
)


@pytest.fixture
def outbox(tmp_path):
    outbox = Outbox(tmp_path)
    yield outbox
    outbox.close()


def test_a_result_comes_back_after_a_restart_with_its_files(tmp_path):
    first = Outbox(tmp_path)
    first.end("job", "scan", LEASE, ENDING)
    first.close()

    again = Outbox(tmp_path)
    [unsent] = again.unsent()
    contents = [again.content("job", upload.n) for upload in unsent.uploads]
    again.close()

    assert (unsent.job, unsent.lease) == ("job", LEASE)
    assert (unsent.ending.state, unsent.ending.facts) == ("done", {"dpi": "508"})
    assert contents == [b"\x89PNG finger", b"two"]


def test_an_uploaded_file_keeps_its_number_and_leaves_the_disk(outbox, tmp_path):
    outbox.end("job", "scan", LEASE, ENDING)

    outbox.uploaded("job", 0, "blob-1")

    [unsent] = outbox.unsent()
    assert [upload.blob for upload in unsent.uploads] == ["blob-1", None]


def test_a_begun_job_is_there_until_its_end(outbox):
    print_id = outbox.begin("job", "print_ticket", LEASE)

    [begun] = outbox.begun()
    outbox.end("job", "print_ticket", LEASE, Ending("unknown"))

    assert (begun.print_id, begun.lease) == (print_id, LEASE)
    assert outbox.begun() == []
    assert [unsent.job for unsent in outbox.unsent()] == ["job"]


def test_print_numbers_never_repeat_in_a_row_and_fit_four_digits(outbox):
    numbers = [outbox.begin(f"job{n}", "print_ticket", LEASE) for n in range(50)]
    outbox.forget("job0")

    assert len(set(numbers)) == 50
    assert all(1 <= number <= 9999 for number in numbers)


def test_another_key_does_not_open_it_and_says_so(tmp_path):
    first = Outbox(tmp_path)
    first.end("job", "scan", LEASE, ENDING)
    first.close()
    (tmp_path / "outbox.key").write_bytes(b"k" * 32)

    again = Outbox(tmp_path)
    with pytest.raises(StateInUse, match=r"outbox\.key"):
        again.unsent()
    again.close()


def test_a_forgotten_job_leaves_nothing(outbox):
    outbox.end("job", "scan", LEASE, ENDING)

    outbox.forget("job")

    assert outbox.unsent() == []


def test_a_full_disk_is_said_and_nothing_half_is_kept(outbox):
    [pages] = outbox._db.execute("PRAGMA page_count").fetchone()
    outbox._db.execute(f"PRAGMA max_page_count={pages + 2}")

    with pytest.raises(StateLost, match="make room"):
        outbox.end("job", "scan", LEASE, Ending("done", (Part("image/png", b"x" * 100_000),)))

    assert outbox.unsent() == []
    outbox.begin("small", "scan", LEASE)
