"""Files of code: what one says of OpenSSL, from its bytes alone. No I/O: whoever has the file hands it in.

Reading order: `kinds` → `texts` → `image` (filled by `elf`, `pe`, `macho`, `objects`; `bounds` says
what is not even tried; `reading` chooses) → `copies`; for what lies in archives: `archives` → `examining`,
`neighbours`.

Nearly every file of a host holds no OpenSSL, so a search for a few words of its own, at the speed of memory,
decides first; only then is a file's format read, by lief. `examine` is what a caller wants of a file on a disk.
"""

from hemostat.binaries.archives import UNSEEN, Limits
from hemostat.binaries.copies import FAMILIES, WHY, OpenSslCopy, read_openssl
from hemostat.binaries.errors import BINARY_ERROR_CODES, BinaryError
from hemostat.binaries.examining import Found, Unseen, examine
from hemostat.binaries.image import Image
from hemostat.binaries.kinds import Kind, kind_of
from hemostat.binaries.neighbours import neighbours
from hemostat.binaries.reading import load_readers, read_image

__all__ = [
    "BINARY_ERROR_CODES",
    "FAMILIES",
    "UNSEEN",
    "WHY",
    "BinaryError",
    "Found",
    "Image",
    "Kind",
    "Limits",
    "OpenSslCopy",
    "Unseen",
    "examine",
    "kind_of",
    "load_readers",
    "neighbours",
    "read_image",
    "read_openssl",
]
