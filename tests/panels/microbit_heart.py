from microbit import display, Image
display.show(Image.HEART)
