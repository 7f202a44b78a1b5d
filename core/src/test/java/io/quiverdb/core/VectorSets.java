package io.quiverdb.core;

import java.util.Random;

/// Vectors drawn by a seed.
///
/// @param centers around which they lie, far from each other as seen from one; with one only they
///   lie in all directions alike, which is the hardest for a graph
@SuppressWarnings("ArrayRecordComponent") // never compared
record VectorSets(Random random, int dimension, float[][] centers, double spread) {
  /// In all directions alike: of as many degrees of freedom as dimensions.
  static VectorSets uniform(long seed, int dimension) {
    return new VectorSets(new Random(seed), dimension, new float[][] {new float[dimension]}, 1);
  }

  /// Around so many centers.
  static VectorSets clustered(long seed, int dimension, int clusters) {
    var random = new Random(seed);
    var centers = new float[clusters][];
    for (int cluster = 0; cluster < clusters; cluster++) {
      centers[cluster] = gaussian(random, dimension);
    }
    return new VectorSets(random, dimension, centers, 0.3);
  }

  int clusters() {
    return centers.length;
  }

  float[] draw() {
    return around(random.nextInt(clusters()));
  }

  float[] around(int cluster) {
    float[] vector = gaussian(random, dimension);
    for (int index = 0; index < dimension; index++) {
      vector[index] = (float) (centers[cluster][index] + spread * vector[index]);
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
