"""Recording from Python, by the same rules as over HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from tracktor_nb import sending
from tracktor_nb.semantics.cart import Operation
from tracktor_nb.semantics.event import Value
from tracktor_nb.sending import Moment
from tracktor_nb.store import identity

from .base import Wired, now


class Sending(Wired):
    """Records what people do and are."""

    def track(
        self,
        id: str,
        event: str,
        properties: Mapping[str, Value] | None = None,
        *,
        time: Moment = None,
        message_id: str = "",
    ) -> None:
        """Record that a person did something; sent again with the same `message_id`, it is stored once."""
        self._write(sending.track(self.record, id, event, properties, time, now(), message_id))

    def set(self, id: str, properties: Mapping[str, Value], *, time: Moment = None, message_id: str = "") -> None:
        """Set properties of a person; None removes one, the others stay."""
        self._write(sending.set_properties(self.record, id, properties, time, now(), message_id))

    def cart(
        self,
        id: str,
        operation: Operation,
        cart: Mapping[str, Value] | None = None,
        *,
        time: Moment = None,
        message_id: str = "",
    ) -> None:
        """Record that a person set, cancelled or purchased a cart, as tio.js does; `site.carts()` shows them."""
        self._write(sending.call_cart(self.record, id, operation, cart, time, now(), message_id))

    def identify(self, anonymous_id: str, id: str, *, time: Moment = None) -> bool:
        """Say who an anonymous visitor is; False, and nothing changes, if that visitor is somebody else already."""
        return self._write(sending.join(self.record, anonymous_id, id, "identify", time, now())).merged

    def alias(self, src: str, dest: str, *, time: Moment = None) -> int | None:
        """Make two ids one person, known as `dest`; returns the edge for `unalias`, None if nothing was to do."""
        return self._write(sending.join(self.record, src, dest, "alias", time, now())).edge_seq

    def unalias(self, edge: int) -> None:
        """Undo a merge: everything is as if it had never been."""
        self._write(lambda transaction: identity.undo(transaction, self.record.id, edge, now()))
