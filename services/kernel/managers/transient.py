"""The errors after which a manager's reader begins again at its checkpoint: the same work succeeds later."""

from pymongo.errors import PyMongoError

from services.kernel.base.problem import StillRunning, Unavailable
from services.kernel.readers.reader import LostCheckpoint

TRANSIENT = (PyMongoError, LostCheckpoint, Unavailable, StillRunning)
