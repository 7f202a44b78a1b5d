package io.quiverdb.core.log;

import com.google.protobuf.ByteString;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/// Opens and recovers logs whose entries are numbers.
final class LogOnDisk {
  static final LogCodecs CODECS = LogCodecs.of(PlainCodec.INSTANCE);
  static final ByteString STORE_ID = ByteString.copyFrom(new byte[16]);

  private LogOnDisk() {}

  /// What was replayed, and the log that continues it.
  record Opened(WriteAheadLog log, LogRecovery recovery, TreeMap<Long, Long> numbers) {
    List<Long> inOrder() {
      return new ArrayList<>(numbers.values());
    }
  }

  static Opened open(Storage storage) throws IOException {
    return open(storage, 0, 0);
  }

  static Opened open(Storage storage, long firstFileId, long firstLsn) throws IOException {
    var recovery = new LogRecovery(storage, CODECS, firstFileId, firstLsn, Optional.of(STORE_ID));
    var numbers = new TreeMap<Long, Long>();
    recovery.run((lsn, entry) -> numbers.put(lsn, number(entry)));
    var log = new WriteAheadLog(storage, CODECS, new Random(), STORE_ID, recovery);
    return new Opened(log, recovery, numbers);
  }

  static void append(WriteAheadLog log, long... numbers) throws IOException {
    var entries = new ArrayList<Entry>();
    for (long number : numbers) {
      entries.add(entry(number));
    }
    var _ = log.append(entries);
  }

  static Entry entry(long number) {
    return Entry.newBuilder().addOps(SealedOp.newBuilder().setEpoch(number)).build();
  }

  static long number(Entry entry) {
    return entry.getOps(0).getEpoch();
  }
}
