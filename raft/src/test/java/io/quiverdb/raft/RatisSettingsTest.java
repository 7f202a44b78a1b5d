package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.server.RaftServerConfigKeys.Read;
import org.apache.ratis.util.SizeInBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RatisSettingsTest {
  @Test
  void ourSettingsAreSafe() {
    assertThatCode(() -> RatisSettings.requireSafe(ours())).doesNotThrowAnyException();
  }

  static Stream<Arguments> unsafeSettings() {
    return Stream.of(
        unsafe("unsafe flush", properties -> Log.setUnsafeFlushEnabled(properties, true)),
        unsafe("async flush", properties -> Log.setAsyncFlushEnabled(properties, true)),
        unsafe("log in memory", properties -> Log.setUseMemory(properties, true)),
        unsafe(
            "composing of entries to append",
            properties -> Log.setAppendEntriesComposeEnabled(properties, false)),
        unsafe("leader lease", properties -> Read.setLeaderLeaseEnabled(properties, true)),
        unsafe(
            "Ratis's own linearizable reads",
            properties -> Read.setOption(properties, Read.Option.LINEARIZABLE)),
        unsafe(
            "corruption policy",
            properties ->
                Log.setCorruptionPolicy(properties, Log.CorruptionPolicy.WARN_AND_RETURN)),
        unsafe(
            "entry limit",
            properties -> Log.Appender.setBufferByteLimit(properties, SizeInBytes.valueOf("2MB"))));
  }

  @ParameterizedTest
  @MethodSource("unsafeSettings")
  void settingThatLosesWritesOrReadsStaleIsRefused(
      String setting, Consumer<RaftProperties> change) {
    var properties = ours();
    change.accept(properties);

    assertThatThrownBy(() -> RatisSettings.requireSafe(properties))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(setting + ": unsafe (expected: ");
  }

  private static Arguments unsafe(String setting, Consumer<RaftProperties> change) {
    return Arguments.of(setting, change);
  }

  private static RaftProperties ours() {
    return RatisSettings.of(
        Path.of("raft"), "127.0.0.1", 1, RaftTiming.PRODUCTION, RatisSettings.DiskSizes.PRODUCTION);
  }
}
