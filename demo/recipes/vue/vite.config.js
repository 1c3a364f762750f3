import vue from "@vitejs/plugin-vue";

const isCustomElement = (tag) => tag.startsWith("voice-");

export default { plugins: [vue({ template: { compilerOptions: { isCustomElement } } })] };
