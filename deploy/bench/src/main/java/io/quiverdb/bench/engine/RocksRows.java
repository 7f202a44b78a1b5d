package io.quiverdb.bench.engine;

import io.quiverdb.core.Point;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// Points in RocksDB, set up for look-ups: a Bloom filter of 10 bits, a hash index in each block,
/// nothing compressed (vectors do not compress), everything compacted.
final class RocksRows implements AutoCloseable {
  private static final int BATCH = 1000;
  private static final double BLOOM_BITS = 10;

  static {
    RocksDB.loadLibrary();
  }

  private final LRUCache cache;
  private final BloomFilter filter = new BloomFilter(BLOOM_BITS);
  private final Options options;
  private final RocksDB rows;

  private RocksRows(Path directory, long cacheBytes) throws RocksDBException {
    cache = new LRUCache(cacheBytes);
    options =
        new Options()
            .setCreateIfMissing(true)
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setFilterPolicy(filter)
                    .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash));
    rows = RocksDB.open(options, directory.toString());
  }

  static RocksRows open(Path directory, long cacheBytes) throws RocksDBException {
    return new RocksRows(directory, cacheBytes);
  }

  static RocksRows load(Path directory, int pointCount, long cacheBytes) throws RocksDBException {
    var loaded = new RocksRows(directory, cacheBytes);
    for (int first = 0; first < pointCount; first += BATCH) {
      try (var batch = new WriteBatch();
          var write = new WriteOptions()) {
        for (var point : Points.batch(first, Math.min(BATCH, pointCount - first))) {
          batch.put(key(point.id()), value(point));
        }
        loaded.rows.write(write, batch);
      }
    }
    loaded.rows.compactRange();
    return loaded;
  }

  /// Vector and payload, one after the other; empty if it is not there.
  byte[] get(String id) throws RocksDBException {
    byte[] value = rows.get(key(id));
    return value == null ? new byte[0] : value;
  }

  private static byte[] key(String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] value(Point point) {
    byte[] vector = point.vector().toLittleEndian();
    byte[] payload = point.payload().toBytes();
    return ByteBuffer.allocate(vector.length + payload.length).put(vector).put(payload).array();
  }

  @Override
  public void close() {
    rows.close();
    options.close();
    filter.close();
    cache.close();
  }
}
