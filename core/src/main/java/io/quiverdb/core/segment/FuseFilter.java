package io.quiverdb.core.segment;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// A set of 64-bit hashes that says of each whether it may be in it: never wrongly no, wrongly yes
/// for one in 256. Costs about 1.15 bytes a hash, and three reads to ask.
///
/// A binary fuse filter of 8-bit fingerprints with three places a key, after T. M. Graf and D.
/// Lemire, "Binary Fuse Filters: Fast and Smaller Than Xor Filters", Journal of Experimental
/// Algorithmics 27, 2022, and its authors' reference implementations.
///
/// Encoded, numbers little-endian:
///
/// | offset | bytes | field                                       |
/// |-------:|------:|---------------------------------------------|
/// |      0 |     8 | seed                                        |
/// |      8 |     4 | bytes of a section: a power of two          |
/// |     12 |     4 | sections at which a key's places may begin  |
/// |     16 |       | fingerprints: sections + 2 of them          |
final class FuseFilter {
  private static final int ARITY = 3;
  private static final int SECTION_BYTES_MAX = 1 << 18;
  private static final int HEADER_BYTES = Long.BYTES + 2 * Integer.BYTES;

  /// Each attempt fails with a small probability where there is room enough. Where the paper's size
  /// is a little too small, as for 11,500 keys, most fail: after so many there is one section more.
  private static final int ATTEMPTS_PER_SIZE = 4;

  /// With so many sections more, no keys are left that do not fit.
  private static final int MORE_SECTIONS_MAX = 100;

  private final long seed;
  private final int sectionBytes;
  private final int sections;
  private final byte[] fingerprints;

  private FuseFilter(long seed, int sectionBytes, int sections, byte[] fingerprints) {
    this.seed = seed;
    this.sectionBytes = sectionBytes;
    this.sections = sections;
    this.fingerprints = fingerprints;
  }

  /// @param hashes well mixed; sorted here, and equal ones are taken as one
  static FuseFilter of(long[] hashes) {
    long[] keys = distinct(hashes);
    int sectionBytes = sectionBytes(keys.length);
    int sections = sections(keys.length, sectionBytes);
    long seed = 0x726b2b9d438b9d4dL;
    for (int more = 0; more <= MORE_SECTIONS_MAX; more++) {
      var construction = new Construction(keys, sectionBytes, sections + more);
      for (int attempt = 0; attempt < ATTEMPTS_PER_SIZE; attempt++) {
        seed = mix(seed + attempt);
        var fingerprints = construction.attempt(seed);
        if (fingerprints.length > 0) {
          return new FuseFilter(seed, sectionBytes, sections + more, fingerprints);
        }
      }
    }
    throw new AssertionError("no filter for " + keys.length + " keys");
  }

  private static long[] distinct(long[] hashes) {
    Arrays.sort(hashes);
    int count = 0;
    for (int index = 0; index < hashes.length; index++) {
      if (index == 0 || hashes[index] != hashes[index - 1]) {
        hashes[count++] = hashes[index];
      }
    }
    return Arrays.copyOf(hashes, count);
  }

  /// For three places a key, as the paper has it.
  private static int sectionBytes(int keyCount) {
    if (keyCount < 2) {
      return 4;
    }
    int exponent = (int) Math.floor(Math.log(keyCount) / Math.log(3.33) + 2.25);
    return Math.min(1 << exponent, SECTION_BYTES_MAX);
  }

  private static int sections(int keyCount, int sectionBytes) {
    double factor =
        keyCount < 2 ? 0 : Math.max(1.125, 0.875 + 0.25 * Math.log(1_000_000) / Math.log(keyCount));
    int capacity = (int) Math.round(keyCount * factor);
    int all = (capacity + sectionBytes - 1) / sectionBytes;
    return Math.max(1, all - (ARITY - 1));
  }

  /// @param hash as it was given to [#of]
  boolean mayContain(long hash) {
    long key = mix(hash + seed);
    int first = firstPlace(key, sectionBytes, sections);
    int fingerprint =
        fingerprint(key)
            ^ fingerprints[first]
            ^ fingerprints[secondPlace(key, first, sectionBytes)]
            ^ fingerprints[thirdPlace(key, first, sectionBytes)];
    return (fingerprint & 0xff) == 0;
  }

  /// Murmur3's finaliser.
  private static long mix(long value) {
    long mixed = value;
    mixed ^= mixed >>> 33;
    mixed *= 0xff51afd7ed558ccdL;
    mixed ^= mixed >>> 33;
    mixed *= 0xc4ceb9fe1a85ec53L;
    mixed ^= mixed >>> 33;
    return mixed;
  }

  private static int fingerprint(long key) {
    return (int) (key ^ (key >>> 32));
  }

  private static int firstPlace(long key, int sectionBytes, int sections) {
    return (int) Math.unsignedMultiplyHigh(key, (long) sections * sectionBytes);
  }

  private static int secondPlace(long key, int first, int sectionBytes) {
    return (first + sectionBytes) ^ ((int) (key >>> 18) & (sectionBytes - 1));
  }

  private static int thirdPlace(long key, int first, int sectionBytes) {
    return (first + 2 * sectionBytes) ^ ((int) key & (sectionBytes - 1));
  }

  int encodedBytes() {
    return HEADER_BYTES + fingerprints.length;
  }

  void encode(ByteBuffer to) {
    to.putLong(seed).putInt(sectionBytes).putInt(sections).put(fingerprints);
  }

  /// @param from little-endian
  /// @throws IllegalArgumentException if it is no filter, or longer than what is there
  static FuseFilter decode(ByteBuffer from) {
    if (from.remaining() < HEADER_BYTES) {
      throw new IllegalArgumentException("filter: " + from.remaining() + " bytes");
    }
    long seed = from.getLong();
    int sectionBytes = from.getInt();
    int sections = from.getInt();
    boolean isPowerOfTwo = Integer.bitCount(sectionBytes) == 1 && sectionBytes > 0;
    long places = ((long) sections + ARITY - 1) * sectionBytes;
    if (!isPowerOfTwo
        || sectionBytes > SECTION_BYTES_MAX
        || sections < 1
        || places > from.remaining()) {
      throw new IllegalArgumentException(
          "filter: %d sections of %d bytes in %d"
              .formatted(sections, sectionBytes, from.remaining()));
    }
    var fingerprints = new byte[Math.toIntExact(places)];
    from.get(fingerprints);
    return new FuseFilter(seed, sectionBytes, sections, fingerprints);
  }

  /// Assigns fingerprints: peels off keys that have a place to themselves, one after the other, and
  /// sets that place last in the opposite order.
  private static final class Construction {
    private final long[] keys;
    private final int sectionBytes;
    private final int sections;

    /// By place: how many keys have it, and which, all of their keys and turns combined by xor.
    private final byte[] counts;

    private final long[] keysAt;
    private final byte[] turnsAt;

    private final long[] peeledKeys;
    private final byte[] peeledTurns;
    private final int[] alone;

    Construction(long[] keys, int sectionBytes, int sections) {
      this.keys = keys;
      this.sectionBytes = sectionBytes;
      this.sections = sections;
      int places = (sections + ARITY - 1) * sectionBytes;
      counts = new byte[places];
      keysAt = new long[places];
      turnsAt = new byte[places];
      peeledKeys = new long[keys.length];
      peeledTurns = new byte[keys.length];
      alone = new int[places];
    }

    /// Empty if this seed does not do.
    byte[] attempt(long seed) {
      Arrays.fill(counts, (byte) 0);
      Arrays.fill(keysAt, 0);
      Arrays.fill(turnsAt, (byte) 0);
      for (long hash : keys) {
        long key = mix(hash + seed);
        for (int turn = 0; turn < ARITY; turn++) {
          int place = place(key, turn);
          if (++counts[place] < 0) {
            return new byte[0]; // More than a byte counts.
          }
          keysAt[place] ^= key;
          turnsAt[place] ^= (byte) turn;
        }
      }
      return peel() == keys.length ? assign() : new byte[0];
    }

    private int place(long key, int turn) {
      int first = firstPlace(key, sectionBytes, sections);
      return switch (turn) {
        case 0 -> first;
        case 1 -> secondPlace(key, first, sectionBytes);
        default -> thirdPlace(key, first, sectionBytes);
      };
    }

    private int peel() {
      int aloneCount = 0;
      for (int place = 0; place < counts.length; place++) {
        if (counts[place] == 1) {
          alone[aloneCount++] = place;
        }
      }
      int peeled = 0;
      while (aloneCount > 0) {
        int place = alone[--aloneCount];
        if (counts[place] != 1) {
          continue; // Its key was peeled off by another of its places.
        }
        long key = keysAt[place];
        byte ownTurn = turnsAt[place];
        peeledKeys[peeled] = key;
        peeledTurns[peeled++] = ownTurn;
        for (int turn = 0; turn < ARITY; turn++) {
          int other = place(key, turn);
          counts[other]--;
          keysAt[other] ^= key;
          turnsAt[other] ^= (byte) turn;
          if (counts[other] == 1) {
            alone[aloneCount++] = other;
          }
        }
      }
      return peeled;
    }

    private byte[] assign() {
      var fingerprints = new byte[counts.length];
      for (int index = keys.length - 1; index >= 0; index--) {
        long key = peeledKeys[index];
        int value = fingerprint(key);
        for (int turn = 0; turn < ARITY; turn++) {
          if (turn != peeledTurns[index]) {
            value ^= fingerprints[place(key, turn)];
          }
        }
        fingerprints[place(key, peeledTurns[index])] = (byte) value;
      }
      return fingerprints;
    }
  }
}
