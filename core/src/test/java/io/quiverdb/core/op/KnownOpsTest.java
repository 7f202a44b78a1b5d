package io.quiverdb.core.op;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.quiverdb.core.UnknownOpException;
import io.quiverdb.core.op.FilledOps.Changed;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a later version puts into an operation, wherever it is, is not passed over.
final class KnownOpsTest {
  private static final int LATER_FIELD = 9_999;

  @Test
  void everythingOfThisVersionIsKnown() {
    FilledOps.all()
        .forEach(op -> assertThatCode(() -> KnownOps.requireKnown(op)).doesNotThrowAnyException());
  }

  static Stream<Changed> opsWithALaterField() {
    return FilledOps.all()
        .flatMap(
            op -> FilledOps.changedOnce(op, message -> List.of(withLaterField(message))).stream())
        // The stamp is read, and looked at, outside of the seal.
        .filter(changed -> !changed.path().endsWith(".seen"));
  }

  @ParameterizedTest
  @MethodSource("opsWithALaterField")
  void laterFieldIsNotPassedOver(Changed changed) {
    assertThatThrownBy(() -> KnownOps.requireKnown(changed.op()))
        .isInstanceOf(UnknownOpException.class)
        .hasMessageContaining(String.valueOf(LATER_FIELD));
  }

  static Stream<Changed> opsWithALaterValue() {
    return FilledOps.all()
        .flatMap(op -> FilledOps.changedOnce(op, KnownOpsTest::withLaterValue).stream());
  }

  private static List<Message> withLaterValue(Message message) {
    return switch (message) {
      case CollectionDescriptor descriptor ->
          List.of(descriptor.toBuilder().setMetricValue(77).build());
      case CollectionSettings.FilterableField field ->
          List.of(field.toBuilder().setTypeValue(77).build());
      case PointCondition condition -> List.of(condition.toBuilder().clearKind().build());
      default -> List.of();
    };
  }

  @ParameterizedTest
  @MethodSource("opsWithALaterValue")
  void laterValueIsNotPassedOver(Changed changed) {
    assertThatThrownBy(() -> KnownOps.requireKnown(changed.op()))
        .isInstanceOf(UnknownOpException.class);
  }

  @Test
  void laterFieldsOfAnEntryAndOfAStampAreNotPassedOver() {
    var sealed = SealedOp.newBuilder().setSeen(LogPosition.newBuilder().setTerm(1)).build();

    assertThatCode(() -> KnownOps.requireKnown(Entry.newBuilder().addOps(sealed).build()))
        .doesNotThrowAnyException();
    assertRefused((Entry) withLaterField(Entry.newBuilder().addOps(sealed).build()));
    assertRefused(Entry.newBuilder().addOps((SealedOp) withLaterField(sealed)).build());
    assertRefused(
        Entry.newBuilder()
            .addOps(sealed.toBuilder().setSeen((LogPosition) withLaterField(sealed.getSeen())))
            .build());
  }

  private static void assertRefused(Entry entry) {
    assertThatThrownBy(() -> KnownOps.requireKnown(entry)).isInstanceOf(UnknownOpException.class);
  }

  private static Message withLaterField(Message message) {
    return message.toBuilder()
        .setUnknownFields(
            UnknownFieldSet.newBuilder()
                .addField(
                    LATER_FIELD,
                    Field.newBuilder().addLengthDelimited(ByteString.copyFromUtf8("x")).build())
                .build())
        .build();
  }
}
