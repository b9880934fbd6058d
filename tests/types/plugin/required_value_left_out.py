from acme import Order

payload = Order(note="by night")  # mistake
