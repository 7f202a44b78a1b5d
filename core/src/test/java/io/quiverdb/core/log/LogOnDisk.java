package io.quiverdb.core.log;

import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/// Opens and recovers logs whose entries are numbers.
final class LogOnDisk {
  private LogOnDisk() {}

  /// What was replayed, and the log that continues it.
  record Opened(WriteAheadLog log, LogRecovery recovery, TreeMap<Long, Long> numbers) {
    List<Long> inOrder() {
      return new ArrayList<>(numbers.values());
    }
  }

  static Opened open(Storage storage) throws IOException {
    return open(storage, 0);
  }

  static Opened open(Storage storage, long firstLsn) throws IOException {
    var recovery = new LogRecovery(storage, PlainCodec.INSTANCE, firstLsn);
    var numbers = new TreeMap<Long, Long>();
    recovery.run((lsn, entry) -> numbers.put(lsn, number(entry)));
    var log = new WriteAheadLog(storage, PlainCodec.INSTANCE, new Random(), recovery);
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
