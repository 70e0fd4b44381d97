"""A card of a few lines on the virtual reader, and the reader as CardReader."""

import socket
import threading

import pytest

from devices.address import parse_address
from devices.capabilities import CardReader
from devices.errors import DeviceGone, DeviceSilent, DocumentRemoved
from devices.pcsc.driver import PcscReader, connect, list_readers
from devices.pcsc.virtual import take_slot
from devices.pcsc.wire import FrameReader, contactless_atr, frame


class EchoCard:
    """Answers every command with itself and 9000; counts how often it was powered."""

    def __init__(self, connection, *, answers=True):
        self.connection = connection
        self.answers = answers
        self.powered = 0
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        frames = FrameReader()
        while True:
            try:
                received = self.connection.recv(4096)
            except OSError:
                return
            if not received:
                return
            for body in frames.feed(received):
                self.take(body)

    def take(self, body):
        if body == b"\x04":
            self.connection.sendall(frame(contactless_atr(b"echo")))
        elif body == b"\x01":
            self.powered += 1
        elif len(body) > 1 and self.answers:
            self.connection.sendall(frame(body + b"\x90\x00"))

    def close(self):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.connection.close()


@pytest.fixture
def slot():
    taken = take_slot()
    yield taken
    taken.close()


@pytest.fixture
def reader(slot):
    opened = connect(parse_address(f"pcsc:{slot.reader}"))
    yield opened
    opened.close()


@pytest.fixture
def card(slot, reader):
    laid = EchoCard(slot.dial())
    assert reader.wait_present(True, wait_s=60)
    yield laid
    laid.close()


def test_a_command_goes_to_the_card_and_its_answer_comes_back(card, reader):
    assert isinstance(reader, CardReader)
    assert reader.present()
    assert reader.transmit(b"\x00\xa4\x00\x0c") == b"\x00\xa4\x00\x0c\x90\x00"
    assert reader.apdus == 1


def test_a_reset_cuts_the_cards_power(card, reader):
    reader.transmit(b"\x00\xa4\x00\x0c")
    before = card.powered

    reader.reset()

    assert card.powered > before
    assert reader.transmit(b"\x00\xb0\x00\x00")[-2:] == b"\x90\x00"


def test_a_card_that_another_program_lets_go_in_time_is_had(slot, card, reader):
    other = PcscReader(slot.reader)
    other.reset()
    letting_go = threading.Timer(0.5, other.release)
    letting_go.start()

    assert reader.transmit(b"\x00\xa4\x00\x0c")[-2:] == b"\x90\x00"
    letting_go.join()
    other.close()


def test_without_a_card_a_command_says_so(slot, reader):
    assert not reader.present()
    with pytest.raises(DocumentRemoved):
        reader.transmit(b"\x00\xa4\x00\x0c")


def test_a_silent_card_costs_its_limit_and_the_reader_lives_on(slot):
    reader = PcscReader(slot.reader, apdu_limit_s=0.5)
    card = EchoCard(slot.dial(), answers=False)
    assert reader.wait_present(True, wait_s=60)

    with pytest.raises(DeviceSilent):
        reader.transmit(b"\x00\xa4\x00\x0c")

    card.close()
    assert reader.wait_present(False, wait_s=60)
    reader.close()


def test_the_reader_opens_and_closes_twice_over(slot):
    for _ in range(2):
        reader = PcscReader(slot.reader)
        assert reader.health().code == "ready"
        reader.close()
        reader.close()


def test_all_readers_are_listed_and_two_slots_are_two_readers(slot):
    other = take_slot()

    assert {slot.reader, other.reader} <= set(list_readers())
    assert slot.reader != other.reader
    other.close()


def test_a_slot_is_handed_on_when_its_last_card_is_seen_to_be_gone(slot):
    first = take_slot()  # `slot` keeps pcscd alive between the two
    reader = PcscReader(first.reader)
    card = EchoCard(first.dial())
    assert reader.wait_present(True, wait_s=60)
    card.close()
    first.close()

    second = take_slot()
    left = reader.present() and second.reader == first.reader
    second.close()
    reader.close()

    assert not left


def test_an_unknown_reader_is_gone(slot):
    with pytest.raises(DeviceGone, match="connected: "):
        PcscReader("No Such Reader")
