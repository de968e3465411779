package io.darkroom.config;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** Reads the comments of a source file by the compiler's own parser. */
final class JavadocReader extends TreePathScanner<@Nullable Void, @Nullable Void> {
    private final DocTrees docs;
    private final Map<String, String> comments = new LinkedHashMap<>();
    private String inside = "";

    private JavadocReader(DocTrees docs) {
        this.docs = docs;
    }

    /**
     * The comments as Markdown for a cell of a table, empty where there is none: of each type by its simple name, of each
     * method by that, a dot and its own name, in the order of the source.
     */
    static Map<String, String> read(Path source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, List.of("-proc:none"), null, files.getJavaFileObjects(source));
            JavadocReader reader = new JavadocReader(DocTrees.instance(task));
            for (CompilationUnitTree unit : task.parse()) {
                reader.scan(unit, null);
            }
            return reader.comments;
        }
    }

    @Override
    public @Nullable Void visitClass(ClassTree tree, @Nullable Void none) {
        String outside = inside;
        inside = tree.getSimpleName().toString();
        keep(inside);
        super.visitClass(tree, null);
        inside = outside;
        return null;
    }

    @Override
    public @Nullable Void visitMethod(MethodTree tree, @Nullable Void none) {
        keep(inside + "." + tree.getName());
        return null;
    }

    private void keep(String name) {
        String comment = docs.getDocComment(getCurrentPath());
        comments.put(name, comment == null ? "" : markdown(comment));
    }

    private static String markdown(String comment) {
        return comment.replaceAll("\\{@code ([^}]*)}", "`$1`")
                .replaceAll("\\s+", " ")
                .strip()
                .replace("|", "\\|");
    }
}
