package io.quiverdb.core.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ReferenceCountTest {
  private final AtomicInteger letGo = new AtomicInteger();
  private final ReferenceCount references = new ReferenceCount(letGo::incrementAndGet);

  @Test
  void lastUserLetsGoAndNobodyAfterIt() {
    references.retain();
    references.release();

    assertThat(letGo).hasValue(0);
    references.release();
    assertThat(letGo).hasValue(1);
  }

  @Test
  void whatWasLetGoOfIsNotRetainedAgain() {
    references.release();

    assertThat(references.tryRetain()).isFalse();
    assertThatThrownBy(references::retain)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("references: 0 (expected: one at least)");
    assertThat(letGo).hasValue(1);
  }

  @Test
  void releaseWithoutAUseIsNoticed() {
    references.release();

    assertThatThrownBy(references::release).isInstanceOf(IllegalStateException.class);
    assertThat(letGo).hasValue(1);
  }
}
