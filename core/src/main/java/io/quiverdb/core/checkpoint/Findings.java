package io.quiverdb.core.checkpoint;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Damage;
import io.quiverdb.core.Verification;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// What is wrong with files, as found so far by whoever walks over them. For one thread.
public final class Findings {
  private final Set<Damage> damages = new LinkedHashSet<>();
  private Optional<Damage> last = Optional.empty();
  private long damageCount;
  private long fileCount;
  private long byteCount;
  private long rowCount;

  /// A part of the walk.
  @FunctionalInterface
  public interface Step {
    void run() throws IOException;
  }

  /// Runs a step of the walk, and notes why it could not be completed.
  ///
  /// @param file is blamed when what failed does not say which
  /// @return whether it was completed
  public boolean complete(String file, Step step) throws IOException {
    try {
      step.run();
      return true;
    } catch (CorruptFileException e) {
      add(Damage.of(e));
    } catch (IndexOutOfBoundsException
        | IllegalArgumentException
        | BufferUnderflowException
        | ArithmeticException
        | NegativeArraySizeException
        | NoSuchElementException
        | AssertionError e) {
      // The seal was sound and what lies below makes no sense: no reader promises more than to
      // fail.
      add(unreadable(file, e));
    } catch (InternalError e) {
      // So the JVM reports a mapped page that the disk cannot give.
      add(unreadable(file, e));
    }
    return false;
  }

  private static Damage unreadable(String file, Throwable e) {
    return new Damage(file, OptionalLong.empty(), 0, "content", "readable", e.toString());
  }

  public void add(Damage damage) {
    if (damages.contains(damage) || last.equals(Optional.of(damage))) {
      return; // Several rows lie on one page, and a damaged one is looked at again.
    }
    last = Optional.of(damage);
    damageCount++;
    if (damages.size() < Verification.DAMAGES_MAX) {
      damages.add(damage);
    }
  }

  /// Those of another part of the walk, which is over.
  void addAll(Findings others) {
    others.damages.forEach(this::add);
    damageCount += others.damageCount - others.damages.size();
    fileCount += others.fileCount;
    byteCount += others.byteCount;
    rowCount += others.rowCount;
  }

  public long damageCount() {
    return damageCount;
  }

  public void countFile(long bytes) {
    fileCount++;
    byteCount += bytes;
  }

  public void countRow() {
    rowCount++;
  }

  public long fileCount() {
    return fileCount;
  }

  public long byteCount() {
    return byteCount;
  }

  public long rowCount() {
    return rowCount;
  }

  public Set<Damage> damages() {
    return damages;
  }
}
