package io.quiverdb.node.peer;

import io.quiverdb.node.peer.proto.GetReadIndexesResponse;
import io.quiverdb.node.peer.proto.LogPosition;
import io.quiverdb.node.peer.proto.ReadLag;
import io.quiverdb.node.peer.proto.ReadLevel;
import io.quiverdb.raft.Consistency;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.Lag;
import io.quiverdb.raft.ReadIndex;
import io.quiverdb.raft.ReadResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// What reads must see and what they say of it, as messages and back.
final class ReadMessages {
  private ReadMessages() {}

  static ReadLevel level(Consistency consistency) {
    var message = ReadLevel.newBuilder();
    switch (consistency) {
      case Consistency.Linearizable(var patience) -> {
        message.setLinearizable(ReadLevel.Linearizable.getDefaultInstance());
        patience.ifPresent(limit -> message.setPatienceMillis((int) limit.toMillis()));
      }
      case Consistency.Session(var seen, var patience) -> {
        message.setSeen(PeerMessages.position(seen));
        patience.ifPresent(limit -> message.setPatienceMillis((int) limit.toMillis()));
      }
      case Consistency.Any() -> message.setAny(ReadLevel.Any.getDefaultInstance());
    }
    return message.build();
  }

  static Consistency level(ReadLevel message) {
    var patience =
        message.hasPatienceMillis()
            ? Optional.of(Duration.ofMillis(Integer.toUnsignedLong(message.getPatienceMillis())))
            : Optional.<Duration>empty();
    return switch (message.getLevelCase()) {
      case LINEARIZABLE, LEVEL_NOT_SET -> new Consistency.Linearizable(patience);
      case SEEN -> new Consistency.Session(PeerMessages.position(message.getSeen()), patience);
      case ANY -> Consistency.ANY;
    };
  }

  static Optional<ReadLag> lag(ReadResult<?> result) {
    return result
        .lag()
        .map(
            lag -> {
              var message = ReadLag.newBuilder().setEntries(lag.entries());
              lag.leaderSilenceMillis().ifPresent(message::setLeaderSilenceMillis);
              return message.build();
            });
  }

  static <T> ReadResult<T> result(T value, LogPosition position, boolean hasLag, ReadLag lag) {
    return new ReadResult<>(
        value,
        PeerMessages.position(position),
        hasLag
            ? Optional.of(
                new Lag(
                    lag.getEntries(),
                    lag.hasLeaderSilenceMillis()
                        ? OptionalLong.of(lag.getLeaderSilenceMillis())
                        : OptionalLong.empty()))
            : Optional.empty());
  }

  static GetReadIndexesResponse indexes(Map<GroupKey, ReadIndex> indexes) {
    var response = GetReadIndexesResponse.newBuilder();
    indexes.forEach(
        (group, index) -> {
          var answer =
              GetReadIndexesResponse.Answer.newBuilder().setGroup(PeerMessages.group(group));
          switch (index) {
            case ReadIndex.At(var at) -> answer.setIndex(at);
            case ReadIndex.Refused(var why) -> answer.setRefusal(PeerFailures.refusal(why));
          }
          response.addAnswers(answer);
        });
    return response.build();
  }

  static Map<GroupKey, ReadIndex> indexes(GetReadIndexesResponse response) {
    Map<GroupKey, ReadIndex> indexes = new HashMap<>();
    for (var answer : response.getAnswersList()) {
      var group = PeerMessages.group(answer.getGroup());
      indexes.put(
          group,
          switch (answer.getSaidCase()) {
            case INDEX -> new ReadIndex.At(answer.getIndex());
            case REFUSAL -> new ReadIndex.Refused(PeerFailures.refusal(group, answer.getRefusal()));
            case SAID_NOT_SET ->
                throw new IllegalArgumentException(
                    "read index: neither index nor refusal (expected: one of them)");
          });
    }
    return indexes;
  }
}
