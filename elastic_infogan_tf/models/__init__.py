"""Networks, prior and the `keras.Model`s that train them."""
