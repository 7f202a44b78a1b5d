package io.quiverdb.core;

import java.util.Random;

/// Vectors drawn by a seed.
///
/// @param centers around which they lie, far from each other as seen from one; with one only they
///   lie in all directions alike, which is the hardest for a graph
/// @param magnitudes how many powers of ten lie between their lengths
@SuppressWarnings("ArrayRecordComponent") // never compared
record VectorSets(
    Random random, int dimension, float[][] centers, double spread, double magnitudes) {
  /// In all directions alike: of as many degrees of freedom as dimensions.
  static VectorSets uniform(long seed, int dimension) {
    return uniform(seed, dimension, 0);
  }

  /// The same, some much longer than others.
  static VectorSets ofManyLengths(long seed, int dimension) {
    return uniform(seed, dimension, 4);
  }

  private static VectorSets uniform(long seed, int dimension, double magnitudes) {
    var origin = new float[][] {new float[dimension]};
    return new VectorSets(new Random(seed), dimension, origin, 1, magnitudes);
  }

  /// Around so many centers.
  static VectorSets clustered(long seed, int dimension, int clusters) {
    var random = new Random(seed);
    var centers = new float[clusters][];
    for (int cluster = 0; cluster < clusters; cluster++) {
      centers[cluster] = gaussian(random, dimension);
    }
    return new VectorSets(random, dimension, centers, 0.3, 0);
  }

  int clusters() {
    return centers.length;
  }

  float[] draw() {
    return around(random.nextInt(clusters()));
  }

  float[] around(int cluster) {
    float[] vector = gaussian(random, dimension);
    double length = Math.pow(10, magnitudes * (random.nextDouble() - 0.5));
    for (int index = 0; index < dimension; index++) {
      vector[index] = (float) (length * (centers[cluster][index] + spread * vector[index]));
    }
    return vector;
  }

  private static float[] gaussian(Random random, int dimension) {
    var vector = new float[dimension];
    for (int index = 0; index < dimension; index++) {
      vector[index] = (float) random.nextGaussian();
    }
    return vector;
  }
}
