import threading
import time
from pathlib import Path

from devices.arrival import Arrivals


def test_a_name_that_appears_ends_the_wait_at_once(tmp_path: Path) -> None:
    # by-id does not exist before the first device is plugged in
    arrivals = Arrivals(f"r30x:{tmp_path}/by-id/usb-X")
    plugging = threading.Timer(0.05, lambda: (tmp_path / "by-id").mkdir())
    plugging.start()

    began = time.monotonic()
    folder_came = arrivals.wait(20)
    nothing_more = arrivals.wait(0)
    (tmp_path / "by-id" / "usb-X").touch()
    device_came = arrivals.wait(20)
    (tmp_path / "by-id" / "usb-X").unlink()
    device_went = arrivals.wait(20)
    nothing = arrivals.wait(0.01)
    arrivals.close()

    assert (folder_came, nothing_more) == (True, False)
    assert time.monotonic() - began < 15  # the first wait alone was for 20
    assert (device_came, device_went) == (True, True)
    assert not nothing
    plugging.join()


def test_a_request_ends_the_wait_and_is_not_lost_before_it() -> None:
    arrivals = Arrivals("escpos:socket://10.0.0.9:9100")
    arrivals.wake()

    assert arrivals.wait(20)
    assert not arrivals.wait(0.01)
    arrivals.close()
    arrivals.close()
    arrivals.wake()
