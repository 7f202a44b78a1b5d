package io.quiverdb.node.routing;

import io.quiverdb.core.AnswerSize;
import io.quiverdb.node.routing.RoutingException.DeadlineExceeded;
import io.quiverdb.raft.Shard;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The heap that answers may take until they have left the node. Who asks for many points reserves
/// as much as they may need, and waits, first come first served, until there is room: however many
/// ask at once, and however slowly they read, their answers do not exhaust the heap.
public final class AnswerMemory {
  /// What is reserved is a multiple of it, so that all that a heap may hold can be counted.
  private static final int UNIT_BYTES = 1 << 10;

  /// Of a point without payload and vector: its id, and the objects that carry it.
  private static final int POINT_BYTES = 512;

  /// Of a message's length, generously: a hit without payload and vector is little of it, and some
  /// small objects; and the message is there once or twice, too.
  private static final int OBJECTS_FACTOR = 8;

  private static final long BYTES_MIN = 64 << 20;

  private final int unitsMax;
  private final Semaphore units;

  /// @param bytesMax of all answers; one that may need more has all of it for itself
  public AnswerMemory(long bytesMax) {
    this.unitsMax = Math.toIntExact(Math.min(Integer.MAX_VALUE, bytesMax / UNIT_BYTES));
    this.units = new Semaphore(unitsMax, true);
  }

  /// An eighth of the heap: what is counted here is there twice while it is encoded, and a node
  /// answers other nodes as well as clients.
  public static long standardBytes() {
    return Math.max(BYTES_MIN, Runtime.getRuntime().maxMemory() / 8);
  }

  /// The most that a shard's answer of so many points needs.
  ///
  /// @param payloadBytesMax of a point, 0 if payloads are not asked for
  /// @param dimension 0 if vectors are not asked for
  public static long bytes(int points, int payloadBytesMax, int dimension) {
    return bytes(points, pointBytes(payloadBytesMax, dimension), AnswerSize.BYTES_MAX);
  }

  /// The most that a shard's page of a scan needs.
  public static long pageBytes(int points, int payloadBytesMax, int dimension) {
    long pointBytes = pointBytes(payloadBytesMax, dimension);
    return bytes(points, pointBytes, Shard.SCAN_BYTES_MAX + pointBytes);
  }

  private static long pointBytes(int payloadBytesMax, int dimension) {
    return payloadBytesMax + (long) dimension * Float.BYTES;
  }

  private static long bytes(int points, long pointBytes, long carriedMax) {
    return (long) points * POINT_BYTES + Math.min(points * pointBytes, carriedMax);
  }

  /// For one answer, of which is not known yet what it needs.
  public Room room() {
    return new Room();
  }

  /// Room for one answer. Whoever makes the answer reserves; whoever sends it closes the room when
  /// the answer has left or never will.
  public final class Room implements AutoCloseable {
    private int unitsHeld;

    private Room() {}

    /// Waits for room; belongs on a virtual thread.
    ///
    /// @throws DeadlineExceeded if there is none in time
    public void reserve(long bytes, Duration patience) {
      if (unitsHeld > 0) {
        throw new IllegalStateException("reserved before: whoever waits must hold nothing");
      }
      int wanted = Math.toIntExact(Math.min(unitsMax, Math.ceilDiv(bytes, UNIT_BYTES)));
      try {
        if (!units.tryAcquire(wanted, patience.toNanos(), TimeUnit.NANOSECONDS)) {
          throw new DeadlineExceeded("memory for the answer");
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw new DeadlineExceeded("memory for the answer");
      }
      unitsHeld = wanted;
    }

    /// The answer is made: gives back what it does not need.
    ///
    /// @param messageBytes its length as a message
    public void shrink(long messageBytes) {
      int needed =
          (int) Math.min(unitsHeld, Math.ceilDiv(messageBytes * OBJECTS_FACTOR, UNIT_BYTES));
      units.release(unitsHeld - needed);
      unitsHeld = needed;
    }

    /// Whether anything was reserved and not given back.
    public boolean isHeld() {
      return unitsHeld > 0;
    }

    @Override
    public void close() {
      units.release(unitsHeld);
      unitsHeld = 0;
    }
  }
}
