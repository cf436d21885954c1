package io.wsstream.conformance.rules;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may know whom, and what nobody does. Looks at what is built, so a module that is not built yet breaks no rule. */
class ArchitectureTest {
    private static final String BLOCKING = "io.wsstream.core.stream.blocking..";

    private static final JavaClasses MAIN = imported(BuiltModule::classes, BuiltModule.ALL);
    private static final JavaClasses TESTS = imported(BuiltModule::testClasses, BuiltModule.ALL);

    @Test
    void theRulesSeeTheClasses() {
        assertThat(MAIN.contain("io.wsstream.core.Subprotocol")).isTrue();
        assertThat(TESTS.contain(ArchitectureTest.class)).isTrue();
    }

    @Test
    void coreKnowsNoContainerNoInputOrOutputAndNoLog() {
        check(noClasses()
                .that()
                .resideInAPackage("io.wsstream.core..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "java.net..",
                                "java.nio.channels..",
                                "java.nio.file..",
                                "javax.net..",
                                "java.util.logging..",
                                "org.slf4j..",
                                "jakarta..",
                                "org.glassfish..",
                                "com.sun..")
                        .or(named("java.io.File.*|java.io.Console|java.lang.System\\$Logger|java.lang.Process.*")))
                .because("the protocol is bytes in, events out; sockets, containers and logs are the modules' above"));
    }

    @Test
    void coreKnowsNoModuleAboveIt() {
        check(noClasses()
                .that()
                .resideInAPackage("io.wsstream.core..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.wsstream..")
                        .and(DescribedPredicate.not(resideInAPackage("io.wsstream.core..")))));
    }

    @Test
    void coreStartsNoThreadAndWaitsOnlyInTheBlockingViews() {
        check(noClasses()
                .that()
                .resideInAPackage("io.wsstream.core..")
                .and()
                .resideOutsideOfPackage(BLOCKING)
                .should()
                .dependOnClassesThat(resideInAPackage("java.util.concurrent.locks..")
                        .or(named("java.lang.Thread|java.lang.ThreadLocal|java.util.Timer.*"))
                        .or(named("java.util.concurrent.(.*Executor.*|.*Future.*|CountDownLatch|Semaphore"
                                + "|.*BlockingQueue|.*BlockingDeque|CyclicBarrier|Phaser|Exchanger)")))
                .orShould()
                .accessTargetWhere(method("java.lang.Object", "wait")));
    }

    @Test
    void theBlockingViewsStartNoThreadEither() {
        check(noClasses()
                .that()
                .resideInAPackage(BLOCKING)
                .should()
                .accessTargetWhere(method("java.lang.Thread", "start").or(method("java.lang.Thread", "<init>"))));
    }

    @Test
    void coreReadsNoClock() {
        check(noClasses()
                .that()
                .resideInAPackage("io.wsstream.core..")
                .should()
                .accessTargetWhere(method("java.lang.System", "nanoTime|currentTimeMillis")
                        .or(method("java.time.[A-Za-z]+", "now")))
                .orShould()
                .dependOnClassesThat(named("java.time.Clock|java.util.Date|java.util.Calendar"))
                .because("time is an argument, so that a test moves it by hand"));
    }

    @Test
    void serverAndClientDoNotKnowEachOther() {
        check(noClasses()
                .that()
                .resideInAPackage("io.wsstream.server..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.wsstream.client..")));
        check(noClasses()
                .that()
                .resideInAPackage("io.wsstream.client..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.wsstream.server..", "io.wsstream.pty..")));
    }

    @Test
    void terminalsKnowNothingOfTheProtocol() {
        check(noClasses()
                .that()
                .resideInAPackage("io.wsstream.pty..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.wsstream..")
                        .and(DescribedPredicate.not(resideInAPackage("io.wsstream.pty..")))));
    }

    @Test
    void nobodyKnowsTheCommandLine() {
        ArchRule rule = noClasses()
                .that()
                .resideOutsideOfPackage("io.wsstream.cli..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.wsstream.cli.."));
        check(rule);
        rule.check(TESTS);
    }

    @Test
    void theHarnessUsesNoneOfTheCodeItJudges() {
        check(noClasses()
                .that()
                .resideInAPackage("io.wsstream.conformance..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.wsstream..")
                        .and(DescribedPredicate.not(resideInAPackage("io.wsstream.conformance..")))));
    }

    @Test
    void internalPackagesStayInTheirModule() {
        check(classes().should(new ArchCondition<>("use internal packages of their own module only") {
            @Override
            public void check(JavaClass from, ConditionEvents events) {
                for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                    JavaClass to = dependency.getTargetClass();
                    if (to.getPackageName().matches("io\\.wsstream\\..*\\binternal\\b.*")
                            && !moduleOf(to).equals(moduleOf(from))) {
                        events.add(SimpleConditionEvent.violated(from, dependency.getDescription()));
                    }
                }
            }
        }));
    }

    @Test
    void nobodySleeps() {
        ArchRule rule = noClasses()
                .should()
                .accessTargetWhere(method("java.lang.Thread|java.util.concurrent.TimeUnit", "sleep"))
                .because("a sleep is too short on one machine and too long on all others");
        check(rule);
        rule.check(TESTS);
    }

    @Test
    void nobodyKeepsThingsOnThreads() {
        check(noFields().should().haveRawType(ThreadLocal.class));
    }

    @Test
    void classesAreFinalUnlessTheyAreMadeToBeExtended() {
        check(classes()
                .that()
                .areNotInterfaces()
                .and()
                .areNotAnonymousClasses()
                .and()
                .areNotAssignableTo(Throwable.class)
                .and(new DescribedPredicate<JavaClass>("are no constants with a body") {
                    @Override
                    public boolean test(JavaClass type) {
                        return !type.isEnum() && !type.isLocalClass();
                    }
                })
                .should()
                .haveModifier(JavaModifier.FINAL)
                .orShould()
                .haveModifier(JavaModifier.ABSTRACT));
    }

    @Test
    void testsHaveNamesThatTheBuildRuns() {
        classes()
                .that(new DescribedPredicate<JavaClass>("have tests") {
                    @Override
                    public boolean test(JavaClass type) {
                        return type.getMethods().stream().anyMatch(ArchitectureTest::isTest) && !isRunByATestOnly(type);
                    }
                })
                .should(new ArchCondition<>("end in Test or IT") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        String name = outermost(type).getSimpleName();
                        boolean good = name.endsWith("Test") || name.endsWith("IT");
                        events.add(new SimpleConditionEvent(type, good, name + " does not end in Test or IT"));
                    }
                })
                .check(TESTS);
    }

    private static boolean isTest(JavaMethod method) {
        return method.getAnnotations().stream()
                .anyMatch(annotation -> annotation
                                .getRawType()
                                .isMetaAnnotatedWith("org.junit.platform.commons.annotation.Testable")
                        || annotation.getRawType().getName().equals("org.junit.jupiter.params.ParameterizedTest"));
    }

    /** Static nested classes are run by the tests of JUnit extensions, in launchers of their own. */
    private static boolean isRunByATestOnly(JavaClass type) {
        return type.isNestedClass() && type.getModifiers().contains(JavaModifier.STATIC);
    }

    private static JavaClass outermost(JavaClass type) {
        JavaClass at = type;
        for (Optional<JavaClass> outer = at.getEnclosingClass(); outer.isPresent(); outer = at.getEnclosingClass()) {
            at = outer.get();
        }
        return at;
    }

    private static String moduleOf(JavaClass type) {
        String[] parts = type.getPackageName().split("\\.", -1);
        return parts.length > 2 && type.getPackageName().startsWith("io.wsstream.") ? parts[2] : "";
    }

    private static DescribedPredicate<JavaClass> named(String pattern) {
        return new DescribedPredicate<>("are named " + pattern) {
            @Override
            public boolean test(JavaClass type) {
                return type.getName().matches(pattern);
            }
        };
    }

    private static DescribedPredicate<JavaAccess<?>> method(String owners, String names) {
        return new DescribedPredicate<>("it is " + owners + "." + names) {
            @Override
            public boolean test(JavaAccess<?> access) {
                return access.getTargetOwner().getName().matches(owners)
                        && access.getTarget().getName().matches(names);
            }
        };
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(MAIN);
    }

    private interface Folder {
        Path of(BuiltModule module);
    }

    private static JavaClasses imported(Folder folder, List<BuiltModule> modules) {
        List<Path> there = new ArrayList<>();
        for (BuiltModule module : modules) {
            if (Files.isDirectory(folder.of(module))) {
                there.add(folder.of(module));
            }
        }
        return new ClassFileImporter().importPaths(Set.copyOf(there));
    }
}
