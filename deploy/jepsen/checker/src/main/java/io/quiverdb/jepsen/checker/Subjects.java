package io.quiverdb.jepsen.checker;

/// How violations name what they are about.
final class Subjects {
  private Subjects() {}

  static String key(String collection, String key) {
    return "key " + (collection.isEmpty() ? key : collection + "/" + key);
  }

  static String collection(String collection) {
    return collection.isEmpty() ? "the collection" : "collection " + collection;
  }

  static String shard(int shard) {
    return "shard " + shard;
  }
}
