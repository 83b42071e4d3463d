from microbit import *
w = lambda b: i2c.write(60, b)
w(b"\x00\x20\x00\xa1\xc8\x8d\x14\xaf")
_ = [w(b"\x40" + bytes(16)) for i in range(64)]
c = lambda g: w(bytes([64] + [sum((g.get_pixel(x, y) > 0) << y for y in range(5)) for x in range(5)] + [0]))
_ = [c(Image(l)) for l in "MICRO:BIT"]
