"""What must hold of orders, parcels and stock whatever has happened: questions to the database that must find nothing."""

from django.db import connection

ORDERS = {
    "I-06 an order adds up to its lines": """
        SELECT o.id FROM orders_order o LEFT JOIN orders_orderline l ON l.order_id = o.id
        GROUP BY o.id HAVING o.goods_total <> coalesce(sum(l.unit_price * l.quantity), 0)
            OR o.discount_total <> coalesce(sum(l.discount), 0)
            OR o.total <> coalesce(sum(l.total), 0) + o.freight_total
    """,
    "I-10 stock within its bounds": "SELECT id FROM shop_stock WHERE on_hand < 0 OR held < 0 OR held > on_hand",
    "I-11 what is held is the sum of the open holds": """
        SELECT s.id FROM shop_stock s LEFT JOIN shop_stockhold h ON h.stock_id = s.id AND h.state = 'open'
        GROUP BY s.id HAVING s.held <> coalesce(sum(h.quantity), 0)
    """,
    "I-12 the counters are the sum of their movements": """
        SELECT s.id FROM shop_stock s LEFT JOIN shop_stockmovement m ON m.stock_id = s.id
        GROUP BY s.id HAVING s.on_hand <> coalesce(sum(m.on_hand_delta), 0) OR s.held <> coalesce(sum(m.held_delta), 0)
    """,
    "I-13 only living orders hold stock": """
        SELECT h.id FROM shop_stockhold h JOIN orders_order o ON h.reference = 'order:' || o.id
        WHERE h.state = 'open' AND o.state NOT IN ('pending', 'confirmed', 'paid')
    """,
    "I-13 a pending order holds all it wants": """
        SELECT o.id FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
        LEFT JOIN shop_stock s ON s.variant_id = l.variant_id
        LEFT JOIN shop_stockhold h ON h.stock_id = s.id AND h.reference = 'order:' || o.id AND h.state = 'open'
        WHERE o.state = 'pending' AND l.variant_id IS NOT NULL GROUP BY o.id, l.id
        HAVING coalesce(sum(h.quantity), 0) <> l.quantity
    """,
    "I-16 an order that was paid, or is paid on delivery, is to be fulfilled, once": """
        SELECT o.id FROM orders_order o LEFT JOIN orders_duty d ON d.order_id = o.id AND d.kind = 'fulfil'
        WHERE (o.paid_at IS NOT NULL OR o.on_delivery) <> (d.id IS NOT NULL)
    """,
    "I-17 every unit of a fulfilled order that was not stopped is in one parcel": """
        SELECT l.id FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id AND o.state <> 'cancelled'
        JOIN orders_duty d ON d.order_id = l.order_id AND d.kind = 'fulfil' AND d.done_at IS NOT NULL
        LEFT JOIN orders_parcelline p ON p.line_id = l.id
        GROUP BY l.id HAVING coalesce(sum(p.quantity), 0) <> l.quantity
    """,
    "I-17 a shipped order has no parcel in the house, a paid one has": """
        SELECT o.id FROM orders_order o
        JOIN orders_duty d ON d.order_id = o.id AND d.kind = 'fulfil' AND d.done_at IS NOT NULL
        WHERE (o.state IN ('paid', 'confirmed')) <> EXISTS (
            SELECT 1 FROM orders_parcel p WHERE p.order_id = o.id AND p.state IN ('packing', 'packed'))
    """,
    "I-18 the journal leads without a gap to the state of today": """
        SELECT j.id FROM (
            SELECT id, from_state, lag(to_state) OVER (PARTITION BY subject ORDER BY id) AS before
            FROM core_journalentry WHERE subject LIKE 'order:%%' OR subject LIKE 'parcel:%%') j
        WHERE coalesce(j.before, '') <> j.from_state
    """,
    "I-18 the last entry of a parcel's journal is its state": """
        SELECT p.id FROM orders_parcel p WHERE p.state IS DISTINCT FROM (
            SELECT to_state FROM core_journalentry WHERE subject = 'parcel:' || p.id ORDER BY id DESC LIMIT 1)
    """,
    "I-24 no row refers to another store's": """
        SELECT l.id FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id WHERE o.store_id <> l.store_id
        UNION ALL SELECT p.id FROM orders_parcel p JOIN orders_order o ON o.id = p.order_id WHERE o.store_id <> p.store_id
        UNION ALL SELECT o.id FROM orders_order o JOIN shop_shopper s ON s.id = o.shopper_id WHERE o.store_id <> s.store_id
        UNION ALL SELECT l.id FROM orders_orderline l JOIN shop_variant v ON v.id = l.variant_id WHERE v.store_id <> l.store_id
    """,
}


def violations() -> dict[str, list[object]]:
    """The rows that break each promise; empty when all is well."""
    found = {}
    with connection.cursor() as cursor:
        for name, question in ORDERS.items():
            cursor.execute(question, [])
            if rows := cursor.fetchall():
                found[name] = list(rows)
    return found


def check_orders() -> None:
    """AssertionError with every promise that is broken."""
    broken = violations()
    assert not broken, broken
