"""The demo store, Jishi Tea 集市茶铺: its product file, its drawn pictures, and the seed that puts them into a fresh installation."""
