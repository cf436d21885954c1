package io.wsstream.conformance.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The public surface of each library is what {@code api/<module>.txt} says, so that a change of it is seen in review.
 * {@code mvn verify -Dapi.update=true} writes the files anew, also the first one of a module.
 */
class PublicSurfaceTest {
    private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");

    @ParameterizedTest
    @MethodSource("libraries")
    void isWrittenDown(BuiltModule module) throws Exception {
        String surface = String.join("\n", surfaceOf(module)) + "\n";
        if (Boolean.getBoolean("api.update") && !module.classNames().isEmpty()) {
            Files.createDirectories(module.surfaceFile().toAbsolutePath().getParent());
            Files.writeString(module.surfaceFile(), surface);
        }
        Assumptions.assumeTrue(Files.exists(module.surfaceFile()), "the module has no file yet");

        String writtenDown = Files.readString(module.surfaceFile(), StandardCharsets.UTF_8);

        assertThat(surface)
                .as("the public surface of %s; if the change is meant, run with -Dapi.update=true", module)
                .isEqualTo(writtenDown);
    }

    static List<BuiltModule> libraries() {
        return BuiltModule.LIBRARIES;
    }

    private static List<String> surfaceOf(BuiltModule module) throws IOException, ClassNotFoundException {
        List<String> lines = new ArrayList<>();
        for (String name : module.classNames()) {
            if (!name.contains(".internal.") && !name.equals("module-info")) {
                Class<?> type = Class.forName(name, false, PublicSurfaceTest.class.getClassLoader());
                if (isVisible(type)) {
                    describe(type, lines);
                }
            }
        }
        return lines;
    }

    private static boolean isVisible(Class<?> type) {
        for (Class<?> at = type; at != null; at = at.getEnclosingClass()) {
            if (!isVisible(at.getModifiers()) || at.isAnonymousClass() || at.isLocalClass()) {
                return false;
            }
        }
        return true;
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static void describe(Class<?> type, List<String> lines) {
        lines.add(header(type));
        List<String> members = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (isVisible(field.getModifiers()) && !field.isSynthetic()) {
                members.add(modifiers(field.getModifiers() & Modifier.fieldModifiers())
                        + field.getGenericType().getTypeName() + " " + field.getName());
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isVisible(constructor.getModifiers()) && !constructor.isSynthetic()) {
                members.add(modifiers(constructor.getModifiers()) + "<init>"
                        + signature(constructor.getGenericParameterTypes(), constructor.getGenericExceptionTypes()));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isVisible(method.getModifiers())
                    && !method.isSynthetic()
                    && !OF_EVERY_OBJECT.contains(method.getName())) {
                int kept = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.ABSTRACT | Modifier.STATIC | Modifier.FINAL;
                members.add(modifiers(method.getModifiers() & kept)
                        + (method.isDefault() ? "default " : "")
                        + method.getGenericReturnType().getTypeName() + " " + method.getName()
                        + signature(method.getGenericParameterTypes(), method.getGenericExceptionTypes()));
            }
        }
        members.stream().sorted().forEach(member -> lines.add("    " + member));
    }

    private static String header(Class<?> type) {
        String kind = type.isAnnotation()
                ? "@interface"
                : type.isInterface() ? "interface" : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
        int kept = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.ABSTRACT | Modifier.STATIC | Modifier.FINAL;
        Type parent = type.getGenericSuperclass();
        boolean plain = parent == null || parent == Object.class || parent == Record.class || type.isEnum();
        Class<?>[] permitted = type.getPermittedSubclasses();
        return modifiers(type.getModifiers() & kept) + (type.isSealed() ? "sealed " : "") + kind + " " + type.getName()
                + (plain ? "" : " extends " + parent.getTypeName())
                + list(" implements ", Stream.of(type.getGenericInterfaces()))
                + (permitted == null || type.isEnum() ? "" : list(" permits ", Arrays.stream(permitted)));
    }

    private static String modifiers(int modifiers) {
        return modifiers == 0 ? "" : Modifier.toString(modifiers) + " ";
    }

    private static String signature(Type[] parameters, Type[] exceptions) {
        return Stream.of(parameters).map(Type::getTypeName).collect(Collectors.joining(", ", "(", ")"))
                + list(" throws ", Stream.of(exceptions));
    }

    private static String list(String word, Stream<? extends Type> types) {
        List<String> names = types.map(Type::getTypeName).sorted().toList();
        return names.isEmpty() ? "" : word + String.join(", ", names);
    }
}
