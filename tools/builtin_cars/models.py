"""The table of the ten built-in cars."""

from .low_cars import BEETLE, COUPE, HATCHBACK, ROADSTER, SEDAN
from .specs import Car
from .tall_cars import LORRY, MINIBUS, PICKUP, SUV, VAN

CARS: tuple[Car, ...] = (
    SEDAN,
    HATCHBACK,
    VAN,
    PICKUP,
    COUPE,
    SUV,
    ROADSTER,
    MINIBUS,
    LORRY,
    BEETLE,
)
