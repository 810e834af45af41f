import Tally

print("x")
