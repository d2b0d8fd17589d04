"""The table of the ten built-in cars."""

from tools.builtin_cars.low_cars import BEETLE, COUPE, HATCHBACK, ROADSTER, SEDAN
from tools.builtin_cars.specs import Car
from tools.builtin_cars.tall_cars import LORRY, MINIBUS, PICKUP, SUV, VAN

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
