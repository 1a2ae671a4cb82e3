"""What stands between a connection and TLS: layers of plain words, fed bytes and time. No I/O, standard library alone.

Reading order: `layer` (what a layer is) → `spoken` (one whose words a generator speaks) → what words are made
of: `replies`, `masked`, `elements` and `xmpp`, `ber` → `stacked` (one behind another) → `proxies`; `openvpn` (one that
wraps everything).
"""

from hemostat.layers.layer import ControlKey, Layer, Refusal, Setting, Step
from hemostat.layers.masked import masked, none_offered
from hemostat.layers.openvpn import ControlKeyError
from hemostat.layers.proxies import ProxyError
from hemostat.layers.replies import Reply, reply
from hemostat.layers.spoken import Line, Refused, Spoken, Until, Want, Words, spoken
from hemostat.layers.stacked import Stacked

__all__ = [
    "ControlKey",
    "ControlKeyError",
    "Layer",
    "Line",
    "ProxyError",
    "Refusal",
    "Refused",
    "Reply",
    "Setting",
    "Spoken",
    "Stacked",
    "Step",
    "Until",
    "Want",
    "Words",
    "masked",
    "none_offered",
    "reply",
    "spoken",
]
