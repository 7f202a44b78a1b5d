package io.quiverdb.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quiverdb.core.Store;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The arrows between modules. Here, because only this module sees all the others.
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.quiverdb");
  private static final JavaClasses CHECKER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.quiverdb.jepsen");

  @Test
  void allModulesAreLookedAt() {
    assertThat(CLASSES.getPackage("io.quiverdb").getSubpackages())
        .extracting(onePackage -> onePackage.getRelativeName())
        .contains("core", "raft", "api", "client", "node", "cli");
  }

  @Test
  void onlyRaftSeesRatis() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.quiverdb.raft..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.ratis..")
        .check(CLASSES);
  }

  @Test
  void onlyTheIndexSeesLucene() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.quiverdb.core.index..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.lucene..")
        .check(CLASSES);
  }

  @Test
  void onlyTheContractAndItsEndsSeeGrpc() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.quiverdb.api..",
            "io.quiverdb.client..",
            "io.quiverdb.node.api..",
            "io.quiverdb.node.peer..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.grpc..")
        .check(CLASSES);
  }

  @Test
  void coreSeesNoOtherModule() {
    noClasses()
        .that()
        .resideInAPackage("io.quiverdb.core..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.quiverdb.raft..",
            "io.quiverdb.api..",
            "io.quiverdb.client..",
            "io.quiverdb.node..",
            "io.quiverdb.cli..")
        .check(CLASSES);
  }

  @Test
  void raftSeesCoreOnly() {
    noClasses()
        .that()
        .resideInAPackage("io.quiverdb.raft..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.quiverdb.api..", "io.quiverdb.client..", "io.quiverdb.node..", "io.quiverdb.cli..")
        .check(CLASSES);
  }

  @Test
  void clientSeesTheContractOnly() {
    noClasses()
        .that()
        .resideInAnyPackage("io.quiverdb.client..", "io.quiverdb.api..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.quiverdb.core..", "io.quiverdb.raft..", "io.quiverdb.node..", "io.quiverdb.cli..")
        .check(CLASSES);
  }

  @Test
  void nodeSeesOfTheClientItsContractOnly() {
    noClasses()
        .that()
        .resideInAPackage("io.quiverdb.node..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.quiverdb.client..", "io.quiverdb.cli..")
        .check(CLASSES);
  }

  @Test
  void outsideCoreOnlyItsFaceIsSeen() {
    noClasses()
        .that()
        .resideInAnyPackage("io.quiverdb.node..", "io.quiverdb.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.quiverdb.core.*..")
        .check(CLASSES);
  }

  @Test
  void commandsTalkToNodesThroughTheClientOnly() {
    noClasses()
        .that()
        .resideInAPackage("io.quiverdb.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.quiverdb.api..",
            "io.quiverdb.core..",
            "io.quiverdb.raft..",
            "io.quiverdb.node.api..",
            "io.quiverdb.node.peer..",
            "io.quiverdb.node.routing..",
            "io.quiverdb.node.telemetry..")
        .check(CLASSES);
  }

  @Test
  void packagesOfTheCommandLineHaveNoCycles() {
    slices().matching("io.quiverdb.cli.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void coreTakesItsClockRandomnessAndFilesFromOutside() {
    noClasses()
        .that()
        .resideInAPackage("io.quiverdb.core..")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("io.quiverdb.core..")
        .and()
        .resideOutsideOfPackage("io.quiverdb.core.storage..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.nio\\.file\\.Files|java\\.nio\\.channels\\.FileChannel|java\\.io\\.(File.*|RandomAccessFile)")
        .check(CLASSES);
  }

  @Test
  void catalogAndMembershipDoNotSeeRatis() {
    noClasses()
        .that()
        .resideInAnyPackage("io.quiverdb.raft.catalog..", "io.quiverdb.raft.membership..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.ratis..")
        .check(CLASSES);
  }

  /// No code path changes a store but a committed log entry's.
  @Test
  void storesChangeOnlyInTheStateMachine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.quiverdb.core..")
        .and()
        .doNotHaveFullyQualifiedName("io.quiverdb.raft.StoreState")
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "Store.apply or Store.advance",
                call ->
                    call.getTargetOwner().isEquivalentTo(Store.class)
                        && Set.of("apply", "advance").contains(call.getName())))
        .check(CLASSES);
  }

  @Test
  void historiesAndCheckersSeeNothingOfOurs() {
    assertThat(CHECKER).isNotEmpty();
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.quiverdb..").and(not(resideInAPackage("io.quiverdb.jepsen.."))))
        .check(CHECKER);
  }

  @Test
  void everyPackageIsNullMarked() {
    assertThat(CLASSES.getPackage("io.quiverdb").getSubpackagesInTree())
        .filteredOn(
            onePackage ->
                !onePackage.getClasses().isEmpty()
                    && !onePackage.getName().startsWith("io.quiverdb.api")
                    && !onePackage.getName().endsWith(".proto")
                    && !onePackage.getName().matches(".*\\.(op|catalog|peer)\\.v1"))
        .isNotEmpty()
        .allMatch(onePackage -> onePackage.isAnnotatedWith(NullMarked.class));
  }
}
