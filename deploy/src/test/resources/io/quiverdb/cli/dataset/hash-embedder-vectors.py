"""Writes hash-embedder-vectors.txt by the recipe in HashEmbedder's Javadoc: python3 THIS > FILE."""
import math
import struct
import unicodedata

TEXTS = [
    "cat face with tears of joy",
    "LEFTWARDS ARROW",
    "Greek small letter alpha",
    "a",
    "of",
    "B2B e-commerce, 24/7",
    "naïve café",
    "日本語 テキスト",
    "𝒜𝓃 odd 😹 one",
]


def murmur3_x86_32(data, seed=0):
    mask = 0xFFFFFFFF
    rotl = lambda x, r: ((x << r) | (x >> (32 - r))) & mask
    h = seed
    rounded = len(data) & ~3
    for i in range(0, rounded, 4):
        k = struct.unpack_from("<I", data, i)[0]
        k = rotl(k * 0xCC9E2D51 & mask, 15) * 0x1B873593 & mask
        h = (rotl(h ^ k, 13) * 5 + 0xE6546B64) & mask
    k = int.from_bytes(data[rounded:], "little")
    h ^= rotl(k * 0xCC9E2D51 & mask, 15) * 0x1B873593 & mask
    h ^= len(data)
    h = (h ^ (h >> 16)) * 0x85EBCA6B & mask
    h = (h ^ (h >> 13)) * 0xC2B2AE35 & mask
    return h ^ (h >> 16)


def words(text):
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in text.lower())
    return kept.split(" ")


def embed(text):
    sums = [0.0] * 256

    def add(feature, weight):
        h = murmur3_x86_32(feature.encode("utf-8"))
        sums[h & 255] += -weight if h >> 31 else weight

    for word in filter(None, words(text)):
        add(" " + word, 1.0)
        marked = "<" + word + ">"
        grams = [marked[i : i + n] for n in (3, 4, 5) for i in range(len(marked) - n + 1)]
        for gram in grams:
            add(gram, 1 / math.sqrt(len(grams)))
    squares = 0.0
    for value in sums:
        squares += value * value
    return [value / math.sqrt(squares) for value in sums]


for text in TEXTS:
    print(text + "\t" + struct.pack("<256f", *embed(text)).hex())
