package io.quiverdb.raft.catalog;

import com.google.protobuf.ByteString;
import io.quiverdb.raft.catalog.proto.RememberedRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The requests that the catalogue remembers, in log order, with their first answers: immutable.
/// Bounded by bytes, so that every replica forgets the same ones.
///
/// A window shares most of what it holds with the one that it came from. One thread makes those
/// that follow; any may read.
final class RequestWindow {
  /// The sum of the encoded requests: thousands of them. Never changed within a cluster's life.
  static final int BYTES_MAX = 1 << 20;

  private static final int BUCKETS = 1 << 10;

  static final RequestWindow EMPTY =
      new RequestWindow(
          List.of(), new ArrayList<>(), 0, 0, Collections.nCopies(BUCKETS, List.of()), 0);

  /// Older than all in the log.
  private final List<RememberedRequest> heldBefore;

  /// This window's are those from `first` to before `end`. Windows that follow may have appended
  /// more, and those that came before remember what is before `first`.
  private final List<RememberedRequest> log;

  private final int first;
  private final int end;

  /// All of them, by the hash of their ids.
  private final List<List<RememberedRequest>> buckets;

  private final long encodedBytes;

  private RequestWindow(
      List<RememberedRequest> heldBefore,
      List<RememberedRequest> log,
      int first,
      int end,
      List<List<RememberedRequest>> buckets,
      long encodedBytes) {
    assert first <= end : first + " after " + end;
    assert end <= log.size() : end + " of " + log.size();
    this.heldBefore = heldBefore;
    this.log = log;
    this.first = first;
    this.end = end;
    this.buckets = buckets;
    this.encodedBytes = encodedBytes;
  }

  /// Of requests as [#requests] gives them.
  static RequestWindow of(List<RememberedRequest> requests) {
    var window =
        new Successor(
            new RequestWindow(
                List.of(), new ArrayList<>(), 0, 0, Collections.nCopies(BUCKETS, List.of()), 0));
    requests.forEach(window::append);
    return window.window();
  }

  Optional<RememberedRequest> find(ByteString requestId) {
    return buckets.get(bucket(requestId)).stream()
        .filter(request -> request.getRequestId().equals(requestId))
        .findFirst();
  }

  /// In log order.
  List<RememberedRequest> requests() {
    var all = new ArrayList<>(heldBefore);
    // Windows that follow may be appending more.
    synchronized (log) {
      all.addAll(log.subList(first, end));
    }
    return all;
  }

  /// Forgets the oldest that are not held until the rest fits.
  RequestWindow with(RememberedRequest request, Predicate<RememberedRequest> isHeld) {
    assert find(request.getRequestId()).isEmpty() : request.getRequestId();
    var next = new Successor(this);
    next.append(request);
    next.forget(isHeld);
    return next.window();
  }

  private static int bucket(ByteString requestId) {
    return requestId.hashCode() & (BUCKETS - 1);
  }

  /// A window while it is made.
  private static final class Successor {
    private final List<RememberedRequest> heldBefore;
    private final List<RememberedRequest> log;
    private final List<List<RememberedRequest>> buckets;
    private int first;
    private long encodedBytes;

    Successor(RequestWindow window) {
      heldBefore = new ArrayList<>(window.heldBefore);
      buckets = new ArrayList<>(window.buckets);
      encodedBytes = window.encodedBytes;
      // Of the empty one, which all replicas in a process begin with, each makes a log of its own.
      boolean isNewest = window.end > 0 && window.end == window.log.size();
      boolean isMostlyForgotten = window.first > window.log.size() / 2;
      if (isNewest && !isMostlyForgotten) {
        log = window.log;
        first = window.first;
      } else {
        log = new ArrayList<>(window.log.subList(window.first, window.end));
        first = 0;
      }
    }

    void append(RememberedRequest request) {
      synchronized (log) {
        log.add(request);
      }
      encodedBytes += request.getSerializedSize();
      int bucket = bucket(request.getRequestId());
      var grown = new ArrayList<>(buckets.get(bucket));
      grown.add(request);
      buckets.set(bucket, grown);
    }

    void forget(Predicate<RememberedRequest> isHeld) {
      var older = heldBefore.iterator();
      while (encodedBytes > BYTES_MAX && older.hasNext()) {
        var oldest = older.next();
        if (!isHeld.test(oldest)) {
          older.remove();
          forget(oldest);
        }
      }
      while (encodedBytes > BYTES_MAX && first < log.size()) {
        var oldest = log.get(first++);
        if (isHeld.test(oldest)) {
          heldBefore.add(oldest);
        } else {
          forget(oldest);
        }
      }
    }

    private void forget(RememberedRequest request) {
      encodedBytes -= request.getSerializedSize();
      int bucket = bucket(request.getRequestId());
      var shrunk = new ArrayList<>(buckets.get(bucket));
      shrunk.remove(request);
      buckets.set(bucket, shrunk);
    }

    RequestWindow window() {
      return new RequestWindow(heldBefore, log, first, log.size(), buckets, encodedBytes);
    }
  }
}
