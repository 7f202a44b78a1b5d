package io.quiverdb.core.segment;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/// Readers pin the newest of what one writer replaces, as views pin segments: none reads what was
/// let go of, none gets an older one than was there before, and all but the newest are let go of
/// once. Interleavings are made by Lincheck's model checker.
public final class ReferenceCountLincheckTest {
  private volatile Resource newest = new Resource(0);

  @Operation
  public int read() {
    while (true) {
      var resource = newest;
      if (resource.users.tryRetain()) {
        int number = resource.number();
        resource.users.release();
        return number;
      }
    }
  }

  @Operation(nonParallelGroup = "writer")
  public int replace() {
    var before = newest;
    newest = new Resource(before.number + 1);
    before.users.release();
    return newest.number;
  }

  @Test
  void whatIsReadIsNewestAndOpen() {
    new ModelCheckingOptions()
        .threads(3)
        .actorsPerThread(3)
        .iterations(10)
        .invocationsPerIteration(300)
        .check(ReferenceCountLincheckTest.class);
  }

  private static final class Resource {
    private final int number;
    private final ReferenceCount users = new ReferenceCount(this::close);
    private volatile boolean closed;

    Resource(int number) {
      this.number = number;
    }

    int number() {
      requireOpen();
      return number;
    }

    private void close() {
      requireOpen();
      closed = true;
    }

    private void requireOpen() {
      if (closed) {
        throw new IllegalStateException("closed");
      }
    }
  }
}
