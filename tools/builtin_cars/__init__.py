"""The built-in cars: ten parametric cars, ray-cast into small images."""
