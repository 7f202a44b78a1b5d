package io.quiverdb.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.quiverdb.core.op.FilledOps.Changed;
import io.quiverdb.core.state.Hash128;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A digest tells one request from another, and not one sending of it from another.
final class RequestDigestTest {
  /// What a request is sent with, and what is drawn for it: full names of fields.
  private static final Set<String> NOT_ASKED_FOR =
      Set.of(
          "quiver.op.v1.Op.request_id",
          "quiver.op.v1.Op.digest",
          "quiver.op.v1.Op.epoch",
          "quiver.op.v1.LogPosition.epoch",
          "quiver.op.v1.LogPosition.term",
          "quiver.op.v1.LogPosition.index",
          "quiver.op.v1.CreateCollection.wrapped_keys");

  static Stream<Changed> otherRequests() {
    return FilledOps.all()
        .flatMap(op -> FilledOps.changedOnce(op, message -> changes(message, false)).stream());
  }

  static Stream<Changed> sameRequests() {
    return FilledOps.all()
        .flatMap(op -> FilledOps.changedOnce(op, message -> changes(message, true)).stream());
  }

  /// Every value of a message changed alone, and every list shortened by one.
  ///
  /// @param isStamp whether those that are not asked for, or the others
  private static List<Message> changes(Message message, boolean isStamp) {
    var changes = new ArrayList<Message>();
    for (var field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated() && !isStamp) {
        var parts = (List<?>) message.getField(field);
        changes.add(message.toBuilder().setField(field, parts.subList(1, parts.size())).build());
      } else if (!field.isRepeated()
          && isThere(message, field)
          && NOT_ASKED_FOR.contains(field.getFullName()) == isStamp
          && field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        changes.add(message.toBuilder().setField(field, another(message.getField(field))).build());
      }
    }
    return changes;
  }

  private static boolean isThere(Message message, FieldDescriptor field) {
    return field.getContainingOneof() == null || message.hasField(field);
  }

  private static Object another(Object value) {
    return switch (value) {
      case Integer number -> number + 1;
      case Long number -> number + 1;
      case String text -> text + "!";
      case ByteString bytes -> bytes.concat(ByteString.copyFromUtf8("!"));
      case EnumValueDescriptor constant ->
          constant.getType().findValueByNumber(constant.getNumber() + 1);
      default -> throw new AssertionError(value);
    };
  }

  @ParameterizedTest
  @MethodSource("otherRequests")
  void anyValueAskedForCounts(Changed changed) {
    var original =
        FilledOps.all()
            .filter(op -> op.getKindCase() == changed.op().getKindCase())
            .findFirst()
            .orElseThrow();

    assertThat(digest(changed.op())).isNotEqualTo(digest(original));
  }

  @ParameterizedTest
  @MethodSource("sameRequests")
  void stampAndDrawnKeysDoNotCount(Changed changed) {
    var original =
        FilledOps.all()
            .filter(op -> op.getKindCase() == changed.op().getKindCase())
            .findFirst()
            .orElseThrow();

    assertThat(digest(changed.op())).isEqualTo(digest(original));
  }

  @Test
  void kindCounts() {
    assertThat(FilledOps.all().map(RequestDigestTest::digest).toList()).doesNotHaveDuplicates();
    // Whose contents look the same.
    assertThat(digest(Op.newBuilder().setDropCollection(DropCollection.newBuilder()).build()))
        .isNotEqualTo(
            digest(Op.newBuilder().setShredCollection(ShredCollection.newBuilder()).build()));
  }

  @Test
  void conditionsAreToldApart() {
    var point = DeletedPoint.newBuilder().setId("a");
    var conditions =
        List.of(
            PointCondition.newBuilder().setAbsent(PointCondition.Absent.newBuilder()).build(),
            PointCondition.newBuilder().setPresent(PointCondition.Present.newBuilder()).build(),
            PointCondition.newBuilder().setVersion(0).build(),
            PointCondition.newBuilder().setVersion(1).build());

    assertThat(
            conditions.stream()
                .map(condition -> point.clone().setPrecondition(condition))
                .map(deleted -> Delete.newBuilder().addPoints(deleted))
                .map(delete -> digest(Op.newBuilder().setDelete(delete).build()))
                .toList())
        .doesNotHaveDuplicates()
        .doesNotContain(
            digest(Op.newBuilder().setDelete(Delete.newBuilder().addPoints(point)).build()));
  }

  private static Hash128 digest(Op op) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
      return RequestDigest.of(op, mac);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
