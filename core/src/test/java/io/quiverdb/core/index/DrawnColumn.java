package io.quiverdb.core.index;

import java.lang.foreign.Arena;
import java.util.Random;

/// Vectors that are drawn when they are read.
record DrawnColumn(Random random, int rowCount, int dimension) implements VectorColumn {
  @Override
  public long copyBytes() {
    return (long) rowCount * dimension * Float.BYTES;
  }

  @Override
  public RowVectors load(int threads, Arena arena) {
    var memory = arena.allocate(copyBytes(), Float.BYTES);
    for (long index = 0; index < (long) rowCount * dimension; index++) {
      memory.set(FloatSums.FLOAT, index * Float.BYTES, (float) random.nextGaussian());
    }
    return RowVectors.inOnePiece(memory, rowCount, dimension);
  }
}
